import type { FakeTwilio, RecordedCall } from './fake-twilio';

/** As `Runtime.getAssets()` has it, e.g. `/customers.json`. */
export type AssetName = `/${string}.json` | `/${string}.bin`;

/** The content of private assets by name; `undefined` is an asset that the deployment lacks. */
export type Assets = { [Name in AssetName]?: string | Uint8Array | undefined };

/** Environment variables; `undefined` takes one of the defaults away. */
export type Env = Record<string, string | undefined>;

/** Where a runtime finds what it runs, and how it begins. */
export interface StartOptions {
  /** The folder of `*.protected.ts` sources; `functions` of this project unless told. */
  sources?: string;
  /** The folder with the built `functions` and `assets`; `dist` of this project unless told. */
  dist?: string;
  assets?: Assets;
  env?: Env;
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'OPTIONS';
  /** Request headers beyond the usual ones. */
  headers?: Record<string, string>;
  /** Sent as JSON, in place of the fields. */
  json?: Record<string, unknown>;
  /** Fields of the URL's query. */
  query?: Record<string, string>;
}

export interface Answer {
  status: number;
  /** Parsed when it is JSON, else text. */
  body: unknown;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** How often the function called `callback`; undefined where that cannot be seen. */
  callbacks: number | undefined;
  /** What the function wrote to the console, parsed: one line per call of it. */
  lines: LogLine[];
  /** The REST requests that reached Twilio meanwhile; calls that overlap share them. */
  calls: RecordedCall[];
  /** How long the answer took, in milliseconds. */
  ms: number;
}

/** A log line is JSON; `text` is one that is not. */
export type LogLine = Record<string, unknown>;

/** A runtime with the callbacks in it, and a Twilio of its own. */
export interface Running {
  readonly twilio: FakeTwilio;
  /** The runtime's own process; undefined when it is this one. */
  readonly pid: number | undefined;
  /** Hosts other than Twilio's that the SDK asked for; a test wants none. */
  readonly escapes: readonly string[];
  /**
   * Sends a request. Calls may overlap.
   *
   * @param path e.g. `/callbacks/routing`
   * @throws when the function crashes the process, or rejects
   */
  call(path: string, fields: Readonly<Record<string, string>>, options?: CallOptions): Promise<Answer>;
  /** Replaces the starting assets by those named, all others are as at the start. The next call meets a new instance. */
  setData(assets: Assets): Promise<void>;
  /** Sets variables over the starting ones; `{}` goes back. The next call meets a new instance. */
  setEnv(env: Env): Promise<void>;
  /** Ends everything that `start` began; safe to call twice. */
  stop(): Promise<void>;
}

export interface TestedRuntime {
  name: string;
  start(options?: StartOptions): Promise<Running>;
}
