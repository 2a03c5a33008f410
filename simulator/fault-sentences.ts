import type { Faults, RequestFault, WebhookFault } from './api';

/** @returns a few words for each of the chosen faults, e.g. `POST /Documents: answered 500, after the work is done, once` */
export function faultSentences({ requests, webhooks }: Pick<Faults, 'requests' | 'webhooks'>): string[] {
  return [
    ...webhooks.map((fault) => sentence(fault.on === 'all' ? 'All webhooks' : fault.on, fault)),
    ...requests.map((fault) => sentence(fault.on === 'all' ? 'All REST requests' : fault.on, fault)),
  ];
}

function sentence(subject: string, fault: RequestFault | WebhookFault): string {
  const isDone = 'done' in fault && fault.done === true;
  return [`${subject}: ${whatOf(fault)}${isDone ? ', after the work is done' : ''}`, ...oftenOf(fault)].join(
    ', ',
  );
}

function whatOf(fault: RequestFault | WebhookFault): string {
  switch (fault.kind) {
    case 'error': {
      const wait = 'retryAfter' in fault ? ` with Retry-After ${fault.retryAfter}` : '';
      return `answered ${fault.status}${wait}`;
    }
    case 'cut':
      return 'cut off halfway';
    case 'drip':
      return `one byte every ${fault.ms} ms`;
    case 'reset':
      return 'connection reset';
    case 'hang':
      return 'no answer';
    case 'late':
    case 'slow':
      return `${fault.ms} ms late`;
    case 'down':
      return 'connection refused';
    case 'notJson':
      return 'answered with an HTML page';
  }
}

function oftenOf({ times, every, probability }: RequestFault | WebhookFault): string[] {
  return [
    ...(every !== undefined && every > 1 ? [`every ${ordinal(every)} time`] : []),
    ...(probability !== undefined ? [`${Math.round(probability * 100)}% of the time`] : []),
    ...(times !== undefined ? [times === 1 ? 'once' : `${times} times`] : []),
  ];
}

function ordinal(count: number): string {
  const endings = { one: 'st', two: 'nd', few: 'rd' } as Record<string, string>;
  const ending = endings[new Intl.PluralRules('en', { type: 'ordinal' }).select(count)] ?? 'th';
  return ({ 2: 'second', 3: 'third' } as Record<number, string>)[count] ?? `${count}${ending}`;
}
