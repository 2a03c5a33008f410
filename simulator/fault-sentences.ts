import type { Faults, RequestFault, WebhookFault } from './api';

/** @returns a few words for each of the chosen faults, e.g. `POST /Documents: answered 500 after the work, once` */
export function faultSentences({ requests, webhooks }: Pick<Faults, 'requests' | 'webhooks'>): string[] {
  return [
    ...webhooks.map((fault) => sentence(fault.on === 'all' ? 'All webhooks' : fault.on, fault)),
    ...requests.map((fault) => sentence(fault.on === 'all' ? 'All REST requests' : fault.on, fault)),
  ];
}

function sentence(subject: string, fault: RequestFault | WebhookFault): string {
  const isDone = 'done' in fault && fault.done === true;
  return [`${subject}: ${whatOf(fault)}${isDone ? ' after the work' : ''}`, ...oftenOf(fault)].join(', ');
}

function whatOf(fault: RequestFault | WebhookFault): string {
  switch (fault.kind) {
    case 'error': {
      const wait = 'retryAfter' in fault ? ` with Retry-After ${fault.retryAfter}` : '';
      return `answered ${fault.status}${wait}`;
    }
    case 'cut':
      return 'cut half-way';
    case 'drip':
      return `one byte every ${fault.ms} ms`;
    case 'reset':
      return 'connection reset';
    case 'hang':
      return 'never answered';
    case 'late':
    case 'slow':
      return `${fault.ms} ms late`;
    case 'down':
      return 'connection refused';
    case 'notJson':
      return 'answered with a page';
  }
}

function oftenOf({ times, every, probability }: RequestFault | WebhookFault): string[] {
  return [
    ...(every !== undefined && every > 1 ? [`every ${every} times`] : []),
    ...(probability !== undefined ? [`by a chance of ${Math.round(probability * 100)} %`] : []),
    ...(times !== undefined ? [times === 1 ? 'once' : `${times} times`] : []),
  ];
}
