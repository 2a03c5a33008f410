import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TwilioFunction } from '../../lib/webhook/callback';
import { FakeTwilio } from './fake-twilio';
import { contentType } from './http';
import { invoke } from './invoke';
import { listFunctions, projectRoot, startingAssets } from './project';
import type { Assets, Env, Running, TestedRuntime } from './runtime';

/** The sources themselves, invoked as functions in the process of the test. */
export const directRuntime: TestedRuntime = {
  name: 'handlers directly',

  async start({ sources = join(projectRoot, 'functions'), dist, assets: given, env: firstEnv = {} } = {}) {
    const first = startingAssets(dist, given);
    const functions = listFunctions(sources);
    const folder = mkdtempSync(join(tmpdir(), 'callbacks-direct-'));
    const twilio = new FakeTwilio();
    let instances = new Map<string, TwilioFunction>();
    let env = firstEnv;
    let assets = writeAssets(folder, first);

    const load = (path: string): TwilioFunction => {
      const file = functions.get(path);
      if (!file) throw new Error(`There is no function for ${path} in ${sources}`);
      const handler = instances.get(path) ?? loadFunction(file);
      instances.set(path, handler);
      return handler;
    };

    const running: Running = {
      twilio,
      pid: undefined,
      escapes: [],

      async call(path, fields, { method = 'POST', headers = {}, query = {}, json } = {}) {
        const sent = {
          ...(method === 'POST' && { 'content-type': contentType(json) }),
          ...lowerCase(headers),
        };
        const event = { request: { headers: sent, cookies: {} }, ...query, ...(json ?? fields) };
        return invoke(load(path), event, { twilio, env, assets: () => assets, path });
      },

      async setData(changes: Assets) {
        assets = writeAssets(folder, { ...first, ...changes });
        instances = new Map();
      },

      async setEnv(changes: Env) {
        env = { ...firstEnv, ...changes };
        instances = new Map();
      },

      async stop() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
    return running;
  },
};

/** @returns a function, loaded anew, so that it has read no data yet */
export function loadFunction(file: string): TwilioFunction {
  let handler: TwilioFunction | undefined;
  jest.isolateModules(() => {
    handler = (require(file) as { handler: TwilioFunction }).handler;
  });
  return handler as unknown as TwilioFunction;
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function writeAssets(folder: string, assets: Assets): Record<string, { path: string; open(): string }> {
  const entries = Object.entries(assets).flatMap(([name, text]) => {
    if (text === undefined) return [];
    const path = join(folder, name);
    writeFileSync(path, text);
    return [[name, { path, open: () => readFileSync(path, 'utf8') }] as const];
  });
  return Object.fromEntries(entries);
}
