import type { RestEntry } from '../../api';

type Call = Pick<RestEntry, 'method' | 'url' | 'status' | 'code' | 'fault'>;

/** REST requests of the same kind, one after the other, with the same answer. */
export interface CallGroup<T extends Call> {
  /** Without host and version; what differs within the group is an asterisk. */
  path: string;
  /** At least one. */
  calls: [T, ...T[]];
}

/** Folds requests that repeat: retries, pages, and the same question about several people. */
export function foldCalls<T extends Call>(calls: readonly T[]): CallGroup<T>[] {
  const groups: (CallGroup<T> & { key: string })[] = [];
  for (const call of calls) {
    const key = JSON.stringify([call.method, kindOf(call.url), call.status, call.code, call.fault]);
    const last = groups.at(-1);
    if (last?.key !== key) {
      groups.push({ key, path: shortPath(call.url), calls: [call] });
      continue;
    }
    last.calls.push(call);
    if (last.path !== shortPath(call.url)) last.path = shortPath(kindOf(call.url));
  }
  return groups.map(({ path, calls: folded }) => ({ path, calls: folded }));
}

/** @returns the path of a URL, with short SIDs */
export function shortPath(url: string): string {
  // The conversation service is the same all over a card.
  const path = url
    .replace(/^https:\/\/[^/]+\/v1(?:\/Services\/IS[0-9a-f]{32}(?=\/))?/, '')
    .replace(/([A-Z]{2})[0-9a-f]{26}([0-9a-f]{6})/g, '$1…$2');
  return path || '/';
}

/** @returns the URL with an asterisk for the SID or the name at its end */
function kindOf(url: string): string {
  return url.replace(/\/(?:[A-Z]{2}[0-9a-f]{32}|[^/]*(?:%40|@|-)[^/]*)$/, '/*');
}
