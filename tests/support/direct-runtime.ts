import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import twilioSdk from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import { FakeTwilio } from './fake-twilio';
import { contentType, parseBody } from './http';
import { createGetTwilioClient } from './in-process-client';
import { completeEnv, listFunctions, projectRoot, startingAssets } from './project';
import type { Answer, Assets, Env, Running, TestedRuntime } from './runtime';

type Handler = (
  context: Record<string, unknown>,
  event: Record<string, unknown>,
  callback: (error: unknown, payload?: unknown) => void,
) => unknown;

const { TwilioResponse, toHttp } = require('./processes/twilio-response.cjs') as {
  TwilioResponse: new () => object;
  toHttp(error: unknown, payload: unknown): { status: number; headers: Record<string, string>; body: string };
};

const consoleMethods = ['debug', 'error', 'info', 'log', 'warn'] as const;

/** The sources themselves, called as functions in the process of the test. One may run at a time. */
export const directRuntime: TestedRuntime = {
  name: 'handlers directly',

  async start({ sources = join(projectRoot, 'functions'), dist, assets: given, env: firstEnv = {} } = {}) {
    const first = startingAssets(dist, given);
    const functions = listFunctions(sources);
    const folder = mkdtempSync(join(tmpdir(), 'callbacks-direct-'));
    const twilio = new FakeTwilio();
    const output = captureConsole();
    let instances = new Map<string, Handler>();
    let env = completeEnv(firstEnv);
    let assets = writeAssets(folder, first);

    const previous = { Runtime: globalThis.Runtime, Twilio: globalThis.Twilio };
    Object.assign(globalThis, {
      Runtime: {
        getAssets: () => assets,
        getFunctions: () => ({}),
        getSync: (options?: ClientOpts) =>
          twilioSdk(env.ACCOUNT_SID, env.AUTH_TOKEN, options).sync.v1.services('default'),
      },
      Twilio: { Response: TwilioResponse },
    });

    const load = (path: string): Handler => {
      const file = functions.get(path);
      if (!file) throw new Error(`There is no function for ${path} in ${sources}`);
      let handler = instances.get(path);
      if (!handler) {
        jest.isolateModules(() => {
          handler = (require(file) as { handler: Handler }).handler;
        });
        instances.set(path, handler as unknown as Handler);
      }
      return handler as Handler;
    };

    const running: Running = {
      twilio,
      pid: undefined,
      escapes: [],

      async call(path, fields, { method = 'POST', headers = {}, query = {}, json } = {}) {
        const handler = load(path);
        const sent = {
          ...(method === 'POST' && { 'content-type': contentType(json) }),
          ...lowerCase(headers),
        };
        const event = { request: { headers: sent, cookies: {} }, ...query, ...(json ?? fields) };
        const context = {
          PATH: path,
          DOMAIN_NAME: 'localhost:3000',
          SERVICE_SID: undefined,
          ENVIRONMENT_SID: undefined,
          ...env,
          getTwilioClient: createGetTwilioClient(twilio, env),
        };
        return output.during(() => run(handler, context, event));
      },

      async setData(changes: Assets) {
        assets = writeAssets(folder, { ...first, ...changes });
        instances = new Map();
      },

      async setEnv(changes: Env) {
        env = completeEnv(firstEnv, changes);
        instances = new Map();
      },

      logs: () => [...output.lines],
      clearLogs: () => output.lines.splice(0),

      async stop() {
        Object.assign(globalThis, previous);
        rmSync(folder, { recursive: true, force: true });
      },
    };
    return running;
  },
};

/** Calls a function, and waits for its callback and for its end; whichever comes second may reveal a second callback. */
async function run(
  handler: Handler,
  context: Record<string, unknown>,
  event: Record<string, unknown>,
): Promise<Answer> {
  let callbacks = 0;
  let answered: (answer: ReturnType<typeof toHttp>) => void = () => {};
  const answer = new Promise<ReturnType<typeof toHttp>>((resolve) => {
    answered = resolve;
  });
  const callback = (error: unknown, payload?: unknown): void => {
    callbacks += 1;
    answered(toHttp(error, payload));
  };
  let end: unknown;
  try {
    end = handler(context, event, callback);
  } catch (error) {
    callback(error);
  }
  const failed = Promise.resolve(end).then(() => new Promise<never>(() => {}));
  const { status, headers, body } = await Promise.race([answer, failed]);
  await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  await new Promise(setImmediate);
  return { status, headers, body: parseBody(headers, body), callbacks };
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

/** Takes what is written with `console.*` while calls are under way. */
function captureConsole(): { lines: string[]; during<T>(work: () => Promise<T>): Promise<T> } {
  const lines: string[] = [];
  const originals = new Map<(typeof consoleMethods)[number], typeof console.log>();
  let depth = 0;
  return {
    lines,
    async during(work) {
      depth += 1;
      if (depth === 1) {
        for (const method of consoleMethods) {
          originals.set(method, console[method]);
          console[method] = (...values: unknown[]) => void lines.push(format(...values));
        }
      }
      try {
        return await work();
      } finally {
        depth -= 1;
        if (depth === 0) for (const [method, original] of originals) console[method] = original;
      }
    },
  };
}
