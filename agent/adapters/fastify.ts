import path from 'node:path';
import type { Adapter, ObservedThread, Part } from './adapter.ts';
import { addressOf } from './http.ts';
import { Living } from './living.ts';
import { at, bySymbol, entries, isObject, known, own, text } from './read.ts';

/** Applications of fastify, each with its plugins as a tree; one that is not encapsulated stands beside its siblings. */
export const fastify: Adapter = {
  name: 'fastify',
  start(thread) {
    const apps = new Living<object>();
    const found = (app: unknown): void => {
      if (isObject(app) && apps.add(app)) thread.changed();
    };
    thread.hear('fastify.initialization', (message) => found(own(message, 'fastify')));
    // One that was there before the agent: the listener of its server is a closure of fastify's.
    thread.servers((server) => {
      const listener = at(server, '_events', 'request');
      if (own(listener, 'name') === 'preRouting') found(thread.reach(listener, isApp));
    });
    return {
      *look() {
        for (const app of apps) {
          const server = own(app, 'server');
          const isClosed = flag(app, 'closing') && (own(server, '_handle') ?? null) === null;
          if (isClosed) apps.delete(app);
          else yield* partsOf(app, server, thread);
        }
      },
    };
  },
};

function isApp(value: object): value is object {
  return isObject(bySymbol(value, 'fastify.state')) && Array.isArray(bySymbol(value, 'fastify.children'));
}

function flag(app: object, name: 'ready' | 'closing'): boolean {
  return own(bySymbol(app, 'fastify.state'), name) === true;
}

function* partsOf(app: object, server: unknown, thread: ObservedThread): Iterable<Part> {
  const isReady = flag(app, 'ready');
  const routes = isReady ? routesBy(app, thread) : null;
  const [, ...shared] = chainOf(app);
  yield {
    key: app,
    type: 'fastify application',
    name: 'app',
    facts: known({ address: isObject(server) ? addressOf(server) : undefined }),
    figures: known({ routes: routes?.get(parserOf(app)) ?? (routes ? 0 : undefined) }),
    status: flag(app, 'closing') ? 'stopping' : isReady ? 'running' : 'starting',
  };
  yield* sharedParts(app, shared);
  yield* pluginsOf(app, routes);
}

type Routes = Map<unknown, number> | null;

/** Each encapsulated plugin is an instance of its own, derived from the one it was registered on. */
function* pluginsOf(parent: object, routes: Routes): Iterable<Part> {
  for (const plugin of entries(bySymbol(parent, 'fastify.children'))) {
    if (!isObject(plugin)) continue;
    const prefix = text(bySymbol(plugin, 'fastify.routePrefix')) || undefined;
    const [name = '', ...shared] = chainOf(plugin);
    yield {
      key: plugin,
      under: parent,
      type: 'plugin',
      name: pluginName(name) ?? prefix ?? 'plugin',
      facts: known({ prefix }),
      figures: known({ routes: routes?.get(parserOf(plugin)) ?? (routes ? 0 : undefined) }),
    };
    yield* sharedParts(plugin, shared);
    yield* pluginsOf(plugin, routes);
  }
}

/** Plugins that share the instance they were registered on (fastify-plugin): all that is left of them is a name. */
function* sharedParts(instance: object, names: string[]): Iterable<Part> {
  const keys = keysOf(instance);
  for (const [place, name] of names.entries()) {
    keys[place] ??= {};
    const facts = { encapsulated: false };
    yield { key: keys[place], under: instance, type: 'plugin', name: pluginName(name) ?? 'plugin', facts };
  }
}

const keys = new WeakMap<object, object[]>();

function keysOf(instance: object): object[] {
  const made = keys.get(instance) ?? [];
  keys.set(instance, made);
  return made;
}

/** Its own name, then those of the plugins that share it, in the order in which they were registered. */
function chainOf(instance: object): string[] {
  return entries(bySymbol(instance, 'fastify.pluginNameChain')).map((name) => text(name) ?? '');
}

/** fastify names a plugin by itself, by its file, or by its first lines, which are no name. */
function pluginName(name: string): string | undefined {
  if (name === '' || / -- |[({]/.test(name)) return undefined;
  if (!path.isAbsolute(name)) return name;
  const [, ofPackage] = /.*node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(name) ?? [];
  if (ofPackage) return ofPackage;
  const file = path.parse(name);
  return file.name === 'index' ? path.basename(file.dir) : file.name;
}

/** There are two: that of what is not found has routes for everything, which name no url of their own. */
function isRouter(value: object): value is object {
  const isOwn = (route: unknown) => text(at(route, 'store', 'config', 'url')) !== undefined;
  return isObject(own(value, 'trees')) && entries(own(value, 'routes')).some(isOwn);
}

const routers = new WeakMap<object, object | null>();

/** Each instance has its own: a route's tells where it was declared. */
const parserOf = (instance: object): unknown => bySymbol(instance, 'fastify.contentTypeParser');

/** Routes by the instance that declared them; a HEAD that comes with a GET is not one more. */
function routesBy(app: object, thread: ObservedThread): Routes {
  let router = routers.get(app);
  if (router === undefined) {
    // A closure right beside the router; from the listener of the server it is a long way.
    router = thread.reach(own(app, 'hasConstraintStrategy'), isRouter);
    routers.set(app, router);
  }
  if (router === null) return null;
  const counts = new Map<unknown, number>();
  for (const route of entries(own(router, 'routes'))) {
    const owner = at(route, 'store', 'contentTypeParser');
    if (own(route, 'method') !== 'HEAD') counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}
