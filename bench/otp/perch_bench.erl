%% The reference of bench/large.ts: the same supervised children on OTP, restarted, listed by observer_backend, drawn by
%% appmon_info. One node is the service (serve/1), another looks at it over distribution (look/2). Prints JSON lines.
-module(perch_bench).
-behaviour(application).
-behaviour(supervisor).
-export([serve/1, look/2, start/2, stop/1, init/1, start_child/1, child/1]).

serve([Children]) ->
    Idle = rss(),
    put(any, none),
    ok = application:load({application, ?MODULE, [{mod, {?MODULE, []}}, {applications, [kernel, stdlib]}]}),
    ok = application:start(?MODULE),
    register(collector, self()),
    N = list_to_integer(Children),
    {StartUs, Pids} = timer:tc(fun() -> [begin {ok, P} = supervisor:start_child(games, []), P end || _ <- lists:seq(1, N)] end),
    forget(),
    Bytes = (rss() - Idle) / max(1, N),
    print("{\"startMs\":~p,\"bytesAChild\":~p,", [StartUs / 1000, Bytes]),
    Kills = min(N, 20000),
    {Us, ok} = timer:tc(fun() -> kill(lists:sublist(Pids, Kills)), started(Kills) end),
    One = [begin P = whereis_any(), {U, ok} = timer:tc(fun() -> exit(P, kill), started(1) end), U / 1000 end || _ <- lists:seq(1, 300)],
    print("\"restartsPerSecond\":~p,\"restartMs\":~p}~n", [Kills / (Us / 1000000), lists:nth(150, lists:sort(One))]),
    receive stop -> halt() end.

%% One that looks: how long a list and a tree take until they are whole, and what they cost the service.
look([Node], Trees) ->
    Service = list_to_atom(Node),
    pong = net_adm:ping(Service),
    Pid = list_to_integer(rpc:call(Service, os, getpid, [])),
    Lists = [begin Cpu = cpu_ms(Pid), {Us, Count} = timer:tc(fun() -> list(Service) end), {Us / 1000, Count, cpu_ms(Pid) - Cpu} end || _ <- lists:seq(1, 5)],
    {ListMs, Count, CpuMs} = lists:nth(3, lists:sort(Lists)),
    TreeMs = case Trees of true -> element(1, timer:tc(fun() -> tree(Service) end)) / 1000; false -> -1 end,
    print("{\"listMs\":~p,\"count\":~p,\"listCpuMs\":~p,\"treeMs\":~p}~n", [ListMs, Count, CpuMs, TreeMs]),
    halt().

%% As Observer does it: chunks of {procs_info, Pid, List} until the process that sends them has ended.
list(Service) ->
    process_flag(trap_exit, true),
    gather_list(spawn_link(Service, observer_backend, procs_info, [self()]), 0).

gather_list(Pid, Count) ->
    receive
        {procs_info, Pid, List} -> gather_list(Pid, Count + length(List));
        {'EXIT', Pid, _} -> Count
    end.

tree(Service) ->
    {ok, Server} = appmon_info:start_link(Service, self(), []),
    appmon_info:app(Server, ?MODULE, true, []),
    receive {delivery, Server, app, ?MODULE, {_Root, _Vertices, _Edges, _Secondary}} -> ok
    after 120000 -> late
    end.

start(_, _) -> supervisor:start_link({local, app}, ?MODULE, app).
stop(_) -> ok.

init(app) -> {ok, {{one_for_one, 1, 5}, [#{id => games, type => supervisor, start => {supervisor, start_link, [{local, games}, ?MODULE, games]}}]}};
init(games) -> {ok, {{simple_one_for_one, 1000000000, 1}, [#{id => game, shutdown => brutal_kill, start => {?MODULE, start_child, [[]]}}]}}.

start_child(_) ->
    proc_lib:start_link(?MODULE, child, [self()]).

child(Parent) ->
    proc_lib:init_ack(Parent, {ok, self()}),
    collector ! {started, self()},
    receive stop -> ok end.

kill(Pids) -> [exit(P, kill) || P <- Pids].

started(0) -> ok;
started(N) -> receive {started, P} -> put(any, P), started(N - 1) end.

whereis_any() -> get(any).

forget() -> receive {started, P} -> put(any, P), forget() after 0 -> ok end.

rss() ->
    {ok, Text} = file:read_file("/proc/self/status"),
    {match, [Kb]} = re:run(Text, "VmRSS:\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kb) * 1024.

cpu_ms(Pid) ->
    {ok, Text} = file:read_file(io_lib:format("/proc/~p/stat", [Pid])),
    [_, Rest] = string:split(Text, ") ", trailing),
    Fields = string:split(Rest, " ", all),
    (binary_to_integer(lists:nth(12, Fields)) + binary_to_integer(lists:nth(13, Fields))) * 10.

print(Format, Args) -> io:format(Format, Args).
