import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';

/** The routes of a host, which are the same for each account: where each path leads, by the route's index. */
interface Table {
  routes: string[];
  router: TrieRouter<number>;
}

const tables = new Map<string, Table>();

/** Routes that are read once per process: tests make thousands of accounts that get a few requests each. */
export class SharedRouter<T> implements Router<T> {
  readonly name = 'SharedRouter';
  readonly #table: Table;
  readonly #handlers: T[] = [];

  /** @param host all routers of one host get the same routes in the same order */
  constructor(host: string) {
    this.#table = tables.get(host) ?? { routes: [], router: new TrieRouter() };
    tables.set(host, this.#table);
  }

  add(method: string, path: string, handler: T): void {
    const { routes, router } = this.#table;
    const route = `${method} ${path}`;
    const index = this.#handlers.push(handler) - 1;
    if (index === routes.length) {
      routes.push(route);
      router.add(method, path, index);
    } else if (routes[index] !== route) {
      throw new Error(`${route} is not the route of another account: ${routes[index]}`);
    }
  }

  match(method: string, path: string): Result<T> {
    const found = this.#table.router.match(method, path)[0] as [number, Record<string, string>][];
    return [
      found.flatMap(([index, parameters]) => {
        const handler = this.#handlers[index];
        return handler === undefined ? [] : [[handler, parameters] as [T, Record<string, string>]];
      }),
    ];
  }
}
