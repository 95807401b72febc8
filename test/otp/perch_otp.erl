%% Runs scenarios on OTP's own supervisors, thousands at a time, and tells what they did.
%%
%% The BEAM has one scheduler, and all that a scenario is made of runs at high priority, its runner at normal.
%% OTP selects no normal process while a high one can run, so a runner that has yielded and finds its mailbox empty
%% knows that nothing is under way but timers. Signals are enqueued when they are sent: what the runner receives,
%% it receives in the order in which it happened.
-module(perch_otp).
-behaviour(supervisor).
-export([main/1, start/4, init/1, log/2]).

-record(r, {
    %% Path => how often it was started; {Path, N} => fail | crash.
    starts = #{}, plan = #{},
    %% Pid => {Path, N, supervisor | worker}; Path => its latest pid; supervisors that are ready; Path => strategy.
    lives = #{}, latest = #{}, ready = #{}, strategies = #{},
    %% Path whose next start is held; what is held; suspended supervisors.
    armed = none, held = none, suspended = #{},
    %% Label => who was asked.
    asked = #{},
    root = none, booted = false,
    port, id, log = [], told = [], label = 0, asleep = 0}).

main([Cover]) ->
    logger:remove_handler(default),
    ok = logger:add_handler(perch, ?MODULE, #{level => error}),
    case Cover of
        "cover" ->
            {ok, _} = cover:start(),
            code:unstick_mod(supervisor),
            {ok, supervisor} = cover:compile_beam(supervisor);
        _ -> ok
    end,
    Port = open_port({fd, 3, 4}, [binary, {packet, 4}, eof]),
    serve(Port).

serve(Port) ->
    receive
        {Port, {data, Bin}} ->
            case binary_to_term(Bin) of
                {run, Id, Root, Plan, Steps} ->
                    spawn_link(fun() -> run(Port, Id, Root, maps:from_list(Plan), Steps) end);
                coverage ->
                    Lines = cover:analyse(supervisor, coverage, line),
                    tell(Port, {coverage, functions(), covered(Lines)})
            end,
            serve(Port);
        {Port, eof} -> halt(0);
        {tell, Term} -> tell(Port, Term), serve(Port)
    end.

tell(Port, Term) ->
    true = port_command(Port, term_to_binary(Term)).

%% Each function of supervisor.erl with the first line of each of its clauses' code.
functions() ->
    {ok, {_, [{abstract_code, {_, Forms}}]}} = beam_lib:chunks(code:lib_dir(stdlib, ebin) ++ "/supervisor.beam",
                                                               [abstract_code]),
    [{atom_to_binary(Name), Arity, erl_anno:line(Anno)} || {function, Anno, Name, Arity, _} <- Forms].

covered({ok, Lines}) ->
    [{Line, Reached} || {{supervisor, Line}, {Reached, _}} <- Lines, Line > 0].

%% The supervisors' own reports: who gave up.
log(#{msg := {report, #{label := {supervisor, shutdown}}}}, _) ->
    case get(perch) of
        {Runner, Path} -> Runner ! {gives_up, Path};
        undefined -> ok
    end;
log(#{meta := #{error_logger := #{emulator := true}}} = Event, _) ->
    %% A fault of this program.
    io:format(standard_error, "~p~n", [Event]);
log(_, _) -> ok.

%% ---- a scenario's supervisors and workers ----

child_spec(Runner, Path, {Id, Restart, Significant, Shutdown, What}, Strategy) ->
    Type = element(1, What),
    Args = [Runner, Path, What | [Id || Strategy =/= simple_one_for_one]],
    #{id => Id, start => {?MODULE, start, Args}, restart => Restart, significant => Significant,
      shutdown => Shutdown, type => Type}.

start(Runner, Above, What, Id) ->
    Path = <<Above/binary, "/", Id/binary>>,
    start_at(Runner, Path, What).

start_at(Runner, Path, What) ->
    case ask(Runner, {start, Path}) of
        {ignore, _} -> ignore;
        {fail, N} when N rem 2 =:= 0 -> {error, planned};
        {fail, _} -> exit(planned);
        {Outcome, N} -> launch(Runner, Path, What, Outcome, N)
    end.

launch(Runner, Path, {supervisor, _, _, _, _, _} = What, _, _) ->
    case supervisor:start_link(?MODULE, {Runner, Path, What}) of
        {ok, Pid} ->
            ask(Runner, {ready, Path, Pid}),
            {ok, Pid};
        Error -> Error
    end;
launch(Runner, Path, {worker, OnStop}, Outcome, N) ->
    Parent = self(),
    Ref = make_ref(),
    Pid = spawn_opt(fun() ->
                        process_flag(trap_exit, true),
                        Parent ! Ref,
                        work(Runner, Parent, Path, OnStop)
                    end, [link, {priority, high}]),
    receive Ref -> ok end,
    ask(Runner, {alive, Path, Pid, worker}),
    Outcome =:= crash andalso crash(Pid),
    %% OTP has both; they mean the same here.
    case (N + binary:last(Path)) rem 2 of
        0 -> {ok, Pid, extra};
        1 -> {ok, Pid}
    end.

%% Its exit signal is in the supervisor's mailbox when the start returns.
crash(Pid) ->
    Mon = monitor(process, Pid),
    Pid ! {leave, crash},
    receive {'DOWN', Mon, process, Pid, _} -> ok end.

work(Runner, Parent, Path, OnStop) ->
    receive
        {leave, Reason} -> exit(Reason);
        hold_stop -> work(Runner, Parent, Path, {hold, OnStop});
        obey_again -> work(Runner, Parent, Path, element(2, OnStop));
        {'EXIT', Parent, shutdown} ->
            Runner ! {stop, Path, self(), OnStop},
            case OnStop of
                ignore -> work(Runner, Parent, Path, OnStop);
                {hold, Manner} ->
                    receive
                        release -> exit(reason(Manner));
                        {leave, Reason} -> exit(Reason);
                        {'EXIT', Parent, Reason} -> exit(Reason)
                    end;
                Manner -> exit(reason(Manner))
            end;
        {'EXIT', Parent, Reason} -> exit(Reason)
    end.

init({Runner, Path, {supervisor, Strategy, Intensity, Period, Auto, Children}}) ->
    process_flag(priority, high),
    put(perch, {Runner, Path}),
    ask(Runner, {alive, Path, self(), {supervisor, Strategy}}),
    {ok, {#{strategy => Strategy, intensity => Intensity, period => Period, auto_shutdown => Auto},
          [child_spec(Runner, Path, Child, Strategy) || Child <- Children]}}.

ask(Runner, What) ->
    Ref = make_ref(),
    Runner ! {ask, {self(), Ref}, What},
    receive {Ref, Answer} -> Answer end.

%% ---- the runner ----

run(Port, Id, Root, Plan, Steps) ->
    Began = erlang:monotonic_time(millisecond),
    Runner = self(),
    RootPid = spawn_link(fun() -> root(Runner, Root) end),
    R0 = settle(#r{plan = Plan, root = RootPid, port = Port, id = Id}),
    R1 = lists:foldl(fun(Step, R) -> tell_step(step(Step, R#r{label = R#r.label + 1})) end, tell_step(R0), Steps),
    Took = erlang:monotonic_time(millisecond) - Began,
    unlink(RootPid),
    exit(RootPid, kill),
    [exit(Pid, kill) || Pid <- maps:keys(R1#r.lives)],
    main_tell(Port, {done, Id, lists:reverse(R1#r.told), Took - R1#r.asleep}).

main_tell(Port, Term) ->
    true = port_command(Port, term_to_binary(Term)).

%% The parent of the outermost supervisor.
root(Runner, What) ->
    process_flag(trap_exit, true),
    Result = start_at(Runner, <<"r">>, What),
    Runner ! booted,
    root_loop(Result).

root_loop(Result) ->
    receive
        shutdown ->
            case Result of
                {ok, Pid} -> exit(Pid, shutdown);
                _ -> ok
            end,
            root_loop(Result);
        _ -> root_loop(Result)
    end.

tell_step(R0) ->
    R = snapshot(R0),
    Lines = lists:join($\n, lists:reverse(R#r.log)),
    R#r{log = [], told = [iolist_to_binary(Lines) | R#r.told]}.

note(Line, R) -> R#r{log = [Line | R#r.log]}.

life(Path, R) -> [Path, $#, integer_to_binary(maps:get(Path, R#r.starts, 0))].

%% Until nothing is under way, or what was armed is held.
settle(R) ->
    erlang:yield(),
    receive
        Msg -> settle(take(Msg, R))
    after 0 ->
        case is_idle(R) of
            true -> R;
            false -> receive Msg -> settle(take(Msg, R)) after 1 -> settle(R) end
        end
    end.

is_idle(#r{held = {start, Supervisor, _, _}, ready = Ready}) when not is_map_key(Supervisor, Ready) -> true;
is_idle(#r{booted = false}) -> false;
is_idle(R) ->
    Busy = holder(R),
    lists:all(fun({Pid, {_, _, worker}}) -> is_process_alive(Pid);
                 ({Pid, _}) -> Pid =:= Busy orelse is_waiting(Pid, R)
              end, maps:to_list(R#r.lives)).

is_waiting(Pid, R) ->
    case process_info(Pid, [current_function, message_queue_len]) of
        [{current_function, {gen_server, loop, _}}, {message_queue_len, 0}] -> true;
        [{current_function, {sys, suspend_loop, _}}, _] -> is_map_key(Pid, R#r.suspended);
        _ -> false
    end.

holder(#r{held = {start, Supervisor, _, _}}) -> Supervisor;
holder(#r{held = {stop, Path, _}} = R) -> latest(above(Path), R);
holder(_) -> none.

latest(Path, R) -> maps:get(Path, R#r.latest, none).

above(Path) ->
    case string:split(Path, "/", trailing) of
        [Above, _] -> Above;
        _ -> none
    end.

take({ask, {Pid, _} = From, {start, Path}}, R0) ->
    N = maps:get(Path, R0#r.starts, 0) + 1,
    R1 = R0#r{starts = (R0#r.starts)#{Path => N}},
    R = note([<<"start ">>, life(Path, R1)], R1),
    case R#r.armed of
        Path -> note([<<"held ">>, life(Path, R)], R#r{armed = none, held = {start, Pid, From, Path}});
        _ -> answer(From, {outcome(Path, R), N}), R
    end;
take({ask, From, {alive, Path, Pid, Type}}, R) ->
    monitor(process, Pid),
    answer(From, ok),
    {Kind, Strategy} = case Type of {_, _} -> Type; _ -> {Type, none} end,
    N = maps:get(Path, R#r.starts),
    R#r{lives = (R#r.lives)#{Pid => {Path, N, Kind}}, latest = (R#r.latest)#{Path => Pid},
        strategies = (R#r.strategies)#{Path => Strategy}};
take({ask, From, {ready, Path, Pid}}, R) ->
    answer(From, ok),
    note([<<"ready ">>, life(Path, R)], R#r{ready = (R#r.ready)#{Pid => true}});
take({stop, Path, Pid, OnStop}, R0) ->
    {Path, N, worker} = maps:get(Pid, R0#r.lives),
    R = note([<<"stop ">>, Path, $#, integer_to_binary(N)], R0),
    case OnStop of
        {hold, _} -> note([<<"held ">>, life(Path, R)], R#r{held = {stop, Path, Pid}});
        _ -> R
    end;
take({'DOWN', _, process, Pid, Reason}, R) ->
    {{Path, N, _}, Lives} = maps:take(Pid, R#r.lives),
    Unanswered = [Label || {Label, Asked} <- maps:to_list(R#r.asked), Asked =:= Pid],
    Held = case R#r.held of {stop, _, Pid} -> none; Other -> Other end,
    Ended = note([<<"end ">>, Path, $#, integer_to_binary(N), $\s, word(Reason)], R#r{held = Held}),
    lists:foldl(fun(Label, Now) -> note([<<"reply ">>, Label, <<" shutdown">>], Now) end,
         Ended#r{asked = maps:without(Unanswered, R#r.asked), lives = Lives, ready = maps:remove(Pid, R#r.ready), suspended = maps:remove(Pid, R#r.suspended)},
         Unanswered);
take({gives_up, Path}, R) -> note([<<"gives-up ">>, life(Path, R)], R);
take({{reply, Label}, Reply}, R) ->
    note([<<"reply ">>, Label, $\s, reply(Reply)], R#r{asked = maps:remove(Label, R#r.asked)});
take(booted, R) -> R#r{booted = true};
take({system, _}, R) -> R.

outcome(Path, R) -> maps:get({Path, maps:get(Path, R#r.starts)}, R#r.plan, ok).

answer({Pid, Ref}, Answer) -> Pid ! {Ref, Answer}.

word({shutdown, {failed_to_start_child, _, _}}) -> <<"start_failed">>;
word({shutdown, _}) -> <<"shutdown">>;
word(Reason) when is_atom(Reason) -> atom_to_binary(Reason).

reply(ok) -> <<"ok">>;
reply({ok, _}) -> <<"ok">>;
reply({ok, _, _}) -> <<"ok">>;
reply({error, {already_started, _}}) -> <<"already_started">>;
reply({error, Word}) when is_atom(Word), Word =/= planned -> atom_to_binary(Word);
reply({error, _}) -> <<"start_failed">>;
reply(Children) when is_list(Children) ->
    lists:join($\s, [[Id, $=, state(State)] || {Id, State, _, _} <- Children]).

state(Pid) when is_pid(Pid) -> <<"running">>;
state(State) -> atom_to_binary(State).

%% ---- steps ----

step({exit, Path, How}, R) -> settle(leave(Path, How, R));
step({start_child, Above, {Id, _, _, _, _} = Child}, R) ->
    case strategy(Above, R) of
        simple_one_for_one -> request(Above, {start_child, [Id]}, R);
        Strategy -> request(Above, {start_child, child_spec(self(), Above, Child, Strategy)}, R)
    end;
step({terminate_child, Above, Id}, R) ->
    case is_map_key(latest(Above, R), R#r.ready) andalso strategy(Above, R) of
        simple_one_for_one ->
            %% Its pid is what names it. One that never lived has none.
            case latest(<<Above/binary, "/", Id/binary>>, R) of
                none -> note(<<"skip">>, R);
                Pid -> request(Above, {terminate_child, Pid}, R)
            end;
        _ -> request(Above, {terminate_child, Id}, R)
    end;
step({restart_child, Above, Id}, R) -> request(Above, {restart_child, Id}, R);
step({delete_child, Above, Id}, R) -> request(Above, {delete_child, Id}, R);
step({stray, Path}, R0) ->
    Pid = latest(Path, R0),
    case is_map_key(Pid, R0#r.ready) of
        false -> note(<<"skip">>, R0);
        true ->
            %% Somebody's exit, and something that is no message of a supervisor's.
            Pid ! {'EXIT', spawn(fun() -> ok end), crash},
            Pid ! nothing_known,
            R = settle(R0),
            Children = [Id || {Id, _, _, _} <- gen_server:call(Pid, which_children, infinity), is_binary(Id)],
            lists:foldl(fun(Id, Now) -> note([<<"spec ">>, Path, $/, Id, spec(Pid, Id)], Now) end, R,
                        lists:sort([<<"nobody">> | Children]))
    end;
step({wait, Ms}, R) ->
    main_tell(R#r.port, {asleep, R#r.id}),
    timer:sleep(Ms),
    settle(R#r{asleep = R#r.asleep + Ms});
step({align, Ms}, R) ->
    %% So many milliseconds after a whole second of the supervisors' clock.
    Now = erlang:monotonic_time(millisecond),
    timer:sleep((Ms - Now rem 1000 + 2000) rem 1000),
    R;
step({look, Path}, R) -> request(Path, which_children, R);
step({suspended, Path, Inner}, R0) ->
    Pid = latest(Path, R0),
    case is_map_key(Pid, R0#r.ready) of
        false -> note(<<"skip">>, R0);
        true ->
            system(Pid, suspend),
            R1 = settle(R0#r{suspended = (R0#r.suspended)#{Pid => true}}),
            R2 = inner(Inner, R1),
            system(Pid, resume),
            settle(R2#r{suspended = maps:remove(Pid, R2#r.suspended)})
    end;
step({starting, Path, How, Inner}, R0) ->
    R1 = settle(leave(Path, How, R0#r{armed = Path})),
    case R1#r.held of
        none -> R1#r{armed = none};
        {start, Supervisor, From, Path} ->
            R2 = case is_map_key(Supervisor, R1#r.ready) of
                     true -> inner(Inner, R1);
                     false -> R1
                 end,
            answer(From, {outcome(Path, R2), maps:get(Path, R2#r.starts)}),
            settle(note([<<"released ">>, life(Path, R2)], R2#r{held = none}))
    end;
step({stopping, Path, By, Inner}, R0) ->
    Pid = latest(Path, R0),
    case is_map_key(Pid, R0#r.lives) of
        false -> note(<<"skip">>, R0);
        true ->
            Pid ! hold_stop,
            R1 = step(By, R0),
            case R1#r.held of
                none ->
                    Pid ! obey_again,
                    R1;
                {stop, Path, Pid} ->
                    R2 = inner(Inner, R1),
                    Pid ! release,
                    settle(R2#r{held = none})
            end
    end.

inner(Steps, R) ->
    {_, Last} = lists:foldl(fun(Step, {I, Now}) -> {I + 1, step(Step, Now#r{label = {R#r.label, I}})} end,
                            {1, R}, Steps),
    Last#r{label = R#r.label}.

label(#r{label = {Outer, I}}) -> [integer_to_binary(Outer), $., integer_to_binary(I)];
label(#r{label = Label}) -> integer_to_binary(Label).

strategy(Path, R) -> maps:get(Path, R#r.strategies, none).

leave(Path, How, R) ->
    Pid = latest(Path, R),
    case maps:get(Pid, R#r.lives, none) of
        none -> note(<<"skip">>, R);
        {_, _, worker} when How =:= kill -> exit(Pid, kill), R;
        {_, _, worker} -> Pid ! {leave, reason(How)}, R;
        {_, _, supervisor} when How =:= kill -> exit(Pid, kill), R;
        {<<"r">>, _, supervisor} -> R#r.root ! shutdown, R;
        {_, _, supervisor} -> system(Pid, {terminate, shutdown}), R
    end.

reason(shutdown_term) -> {shutdown, somehow};
reason(obey) -> shutdown;
reason(ignore) -> shutdown;
reason(How) -> How.

system(Pid, What) -> Pid ! {system, {self(), system}, What}.

request(Path, Request, R) ->
    Pid = latest(Path, R),
    case is_map_key(Pid, R#r.ready) of
        true ->
            Label = iolist_to_binary(label(R)),
            Pid ! {'$gen_call', {self(), {reply, Label}}, Request},
            settle(R#r{asked = (R#r.asked)#{Label => Pid}});
        false -> note([<<"reply ">>, label(R), <<" gone">>], R)
    end.

spec(Pid, Id) ->
    case gen_server:call(Pid, {get_childspec, Id}, infinity) of
        {ok, #{restart := Restart, significant := Significant}} ->
            [$\s, atom_to_binary(Restart), $\s, atom_to_binary(Significant)];
        {error, Word} -> [$\s, atom_to_binary(Word)]
    end.

%% What every supervisor answers about its children.
snapshot(R) ->
    Ready = lists:sort([{Path, Pid} || {Pid, {Path, _, supervisor}} <- maps:to_list(R#r.lives),
                                       is_map_key(Pid, R#r.ready)]),
    lists:foldl(fun({Path, Pid}, Now) -> snapshot(Path, Pid, Now) end, R, Ready).

snapshot(Path, Pid, R) ->
    Which = [[$\s, which(Path, Each, R)] || Each <- gen_server:call(Pid, which_children, infinity)],
    Count = [[$\s, integer_to_binary(N)] || {_, N} <- gen_server:call(Pid, count_children, infinity)],
    note([<<"count ">>, Path, Count], note([<<"which ">>, Path, Which], R)).

which(_, {_, Pid, _, _}, R) when is_pid(Pid) ->
    {Path, N, _} = maps:get(Pid, R#r.lives),
    [Path, $#, integer_to_binary(N)];
which(_, {undefined, restarting, _, _}, _) -> <<"restarting">>;
which(Path, {Id, State, _, _}, _) -> [Path, $/, Id, $=, atom_to_binary(State)].
