import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startProxy } from '../../simulator/twilio/http/proxy';
import { FakeTwilio } from './fake-twilio';
import { send } from './http';
import { readLine } from './invoke';
import { completeEnv, listFunctions, privateName, projectRoot, requireDist, startingAssets } from './project';
import type { Assets, Env, Running, StartOptions, TestedRuntime } from './runtime';
import { RuntimeProcess } from './runtime-process';

/** Where a runtime looks for files. */
interface Layout {
  script: string;
  /** Below the runtime's temporary folder. */
  cwd: string;
  /** Below `cwd`, for a function file of the bundle, e.g. `callbacks/routing.protected.js`. */
  functionFile(path: string, file: string): string;
  /** Below `cwd`, for an asset such as `/customers.json`. */
  assetFile(name: string): string;
  /** What `node_modules` holds; `undefined` for all that this project has. */
  packages?: readonly string[];
}

/** The built bundle in Twilio's development runtime. */
export const devRuntime: TestedRuntime = {
  name: 'over HTTP through @twilio/runtime-handler/dev',
  start: (options) =>
    startProcess(options, {
      script: 'dev-runtime.cjs',
      cwd: 'project',
      functionFile: (_path, file) => join('functions', file),
      assetFile: (name) => join('assets', privateName(name)),
    }),
};

/** The built bundle as it is in the cloud: every file by itself, renamed, without extension. */
export const deployedRuntime: TestedRuntime = {
  name: 'in the deployed layout',
  start: (options) =>
    startProcess(options, {
      script: 'deployed-runtime.cjs',
      cwd: 'task',
      functionFile: (path) => join('handlers', deployedSid(path)),
      assetFile: (name) => join('files', deployedSid(name)),
      packages: ['twilio', '@twilio/runtime-handler'],
    }),
};

function deployedSid(path: string): string {
  return `ZN${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

async function startProcess(options: StartOptions = {}, layout: Layout): Promise<Running> {
  const dist = requireDist(options.dist);
  const first = startingAssets(dist, options.assets);
  const temporary = mkdtempSync(join(realpathSync(tmpdir()), 'callbacks-'));
  const folder = join(temporary, layout.cwd);
  const functions = layOutFunctions(folder, join(dist, 'functions'), layout);
  const twilio = new FakeTwilio();
  const proxy = await startProxy(twilio, { port: 0 });

  let assets = first;
  let env = completeEnv(options.env ?? {});
  let child: Promise<RuntimeProcess> | undefined;
  let calls = 0;

  /** A process that crashed is followed by a new one, as in the cloud. */
  const alive = async (): Promise<RuntimeProcess> => {
    if (child && !(await child).alive) child = undefined;
    child ??= RuntimeProcess.start(layout.script, folder, proxy).then(async (started) => {
      await configure(started);
      return started;
    });
    return child;
  };
  const configure = (target: RuntimeProcess): Promise<void> =>
    target.configure({ env, functions, assets: layOutAssets(folder, assets, layout) });

  let current: RuntimeProcess;
  const stop = async (): Promise<void> => {
    await child?.then(
      (running) => running.stop(),
      () => {},
    );
    child = undefined;
    await proxy.close();
    rmSync(temporary, { recursive: true, force: true });
  };
  try {
    current = await alive();
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;

  return {
    twilio,
    escapes: proxy.escapes,
    get pid() {
      return current.pid;
    },

    async call(path, fields, { headers = {}, ...rest } = {}) {
      calls += 1;
      const call = calls;
      const target = await alive();
      current = target;
      try {
        // Runtimes hide headers that begin like this from functions.
        const numbered = { ...headers, 'i-twilio-call': String(call) };
        const [started, before] = [performance.now(), twilio.calls.length];
        const answer = await send(target.port, path, fields, { ...rest, headers: numbered });
        const ms = performance.now() - started;
        const { callbacks, lines } = await target.settle(call);
        return { ...answer, callbacks, lines: lines.map(readLine), calls: twilio.calls.slice(before), ms };
      } catch (error) {
        return target.explain(error);
      }
    },

    async setData(changes: Assets) {
      assets = { ...first, ...changes };
      await configure(await alive());
    },

    async setEnv(changes: Env) {
      env = completeEnv(options.env ?? {}, changes);
      await configure(await alive());
    },

    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function layOutFunctions(folder: string, source: string, layout: Layout): Record<string, string> {
  const functions: Record<string, string> = {};
  for (const [path, file] of listFunctions(source)) {
    const target = join(folder, layout.functionFile(path, file.slice(source.length + 1)));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target);
    functions[path] = target;
  }
  const modules = join(projectRoot, 'node_modules');
  if (!layout.packages) symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  for (const name of layout.packages ?? []) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, name), link, 'junction');
  }
  return functions;
}

function layOutAssets(folder: string, assets: Assets, layout: Layout): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, text] of Object.entries(assets)) {
    const file = join(folder, layout.assetFile(name));
    rmSync(file, { force: true });
    if (text === undefined) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    files[name] = file;
  }
  return files;
}
