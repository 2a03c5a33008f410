import { UsageError } from '../program';

/** The faults that are set, as the settings have them. */
export type SetFaults = Readonly<Record<string, unknown>>;

export interface FaultOptions {
  times?: number;
  on?: string;
}

/** A fault that can be chosen by its name. */
interface Fault {
  /** e.g. `rest-500` or `bad-signature` */
  name: string;
  /** What it must be told. */
  fields: string[];
  /** @returns the settings that change when it is on */
  add(current: SetFaults, options: FaultOptions, values: readonly string[]): SetFaults;
  /** @returns the settings that change when it is off */
  remove(current: SetFaults, options: FaultOptions): SetFaults;
  /** @returns a line for each time that it is on */
  describe(current: SetFaults): string[];
}

/** As much of a Valibot schema as the names of the faults need. */
interface Schema {
  type: string;
  options?: readonly unknown[];
  item?: unknown;
  entries?: Record<string, unknown>;
  literal?: unknown;
}

/**
 * @param schema of the faults in the settings: a new entry is a new fault here
 * @returns the faults of an entry that lists names, is on or off, or takes a list of several kinds
 */
export function faultsIn({ entries }: { entries: Record<string, unknown> }): Fault[] {
  return Object.entries(entries).flatMap(([key, entry]) => {
    const { type, options = [], item } = entry as Schema;
    if (type === 'picklist') {
      const timesKey = `${key}Times` in entries ? `${key}Times` : undefined;
      return options.flatMap((one) => (one === 'none' ? [] : oneOf(key, String(one), timesKey)));
    }
    if (type === 'boolean') return onOrOff(key);
    const kinds = (item as Schema | undefined)?.options ?? [];
    return type === 'array' ? kinds.map((kind) => inList(key, (kind as Schema).entries ?? {})) : [];
  });
}

/** @returns the settings without any fault */
export function noFaults({ entries }: { entries: Record<string, unknown> }): SetFaults {
  const off: Record<string, unknown> = { picklist: 'none', boolean: false, array: [], nullable: null };
  return Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [key, off[(entry as Schema).type]]),
  );
}

/** @returns a line per fault that is on */
export function describeFaults(faults: readonly Fault[], current: SetFaults): string {
  const lines = faults.flatMap((fault) => fault.describe(current));
  return lines.length === 0 ? 'No faults are on.' : lines.join('\n');
}

function oneOf(key: string, value: string, timesKey: string | undefined): Fault {
  const name = `${toName(key)}-${value}`;
  return {
    name,
    fields: [],
    add: (_current, { times = null, ...others }, values) => {
      rejectOthers(name, timesKey ? others : { ...others, times }, values);
      return { [key]: value, ...(timesKey && { [timesKey]: times }) };
    },
    remove: (current) =>
      current[key] === value ? { [key]: 'none', ...(timesKey && { [timesKey]: null }) } : {},
    describe: (current) => {
      if (current[key] !== value) return [];
      return [[name, ...describeTimes(timesKey && current[timesKey])].join(', ')];
    },
  };
}

function onOrOff(key: string): Fault {
  const name = toName(key);
  return {
    name,
    fields: [],
    add: (_current, options, values) => {
      rejectOthers(name, options, values);
      return { [key]: true };
    },
    remove: () => ({ [key]: false }),
    describe: (current) => (current[key] === true ? [name] : []),
  };
}

/** One of the kinds of which a list can have several, each at its place. */
function inList(key: string, entries: Record<string, unknown>): Fault {
  const kind = (entries.kind as Schema).literal;
  const name = `${toName(key).replace(/s$/, '')}-${toName(String(kind))}`;
  const others = Object.keys(entries).filter((one) => !['kind', 'on', 'times'].includes(one));
  const listIn = (current: SetFaults): SetFaults[] => (current[key] as SetFaults[] | undefined) ?? [];
  const without = (current: SetFaults, on: string | undefined): SetFaults[] =>
    listIn(current).filter((one) => one.kind !== kind || (on !== undefined && one.on !== on));
  return {
    name,
    fields: others.filter((one) => !/optional/.test((entries[one] as Schema).type)),
    add: (current, { on = 'all', times }, values) => {
      const given = Object.fromEntries(values.map((one) => readValue(one, name, others)));
      const fault = { kind, on, ...(times !== undefined && { times }), ...given };
      return { [key]: [...without(current, on), fault] };
    },
    remove: (current, { on }) => ({ [key]: without(current, on) }),
    describe: (current) =>
      listIn(current)
        .filter((one) => one.kind === kind)
        .map(({ kind: _kind, on, times, ...rest }) =>
          [
            `${name} on ${String(on)}`,
            ...Object.entries(rest).map(([field, value]) => `${field}=${String(value)}`),
            ...describeTimes(times),
          ].join(', '),
        ),
  };
}

/** @throws UsageError for what the fault cannot take */
function rejectOthers(
  name: string,
  { on, times }: { on?: string; times?: number | null },
  values: readonly string[],
): void {
  if (on !== undefined) throw new UsageError(`${name} takes no --on.`);
  if (typeof times === 'number') throw new UsageError(`${name} takes no --times.`);
  if (values.length > 0) throw new UsageError(`${name} takes no ${values[0]}.`);
}

/** @throws UsageError if the fault has no such field */
function readValue(text: string, name: string, known: readonly string[]): [string, unknown] {
  const [, field = text, value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (!known.includes(field)) {
    throw new UsageError(`${name} takes no ${text}; it takes: ${known.map((one) => `${one}=…`).join(', ')}`);
  }
  return [field, /^(true|false|-?\d+(\.\d+)?)$/.test(value) ? JSON.parse(value) : value];
}

function describeTimes(times: unknown): string[] {
  return typeof times === 'number' ? [`${times} time${times === 1 ? '' : 's'}`] : [];
}

/** `badSignature` → `bad-signature` */
function toName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
