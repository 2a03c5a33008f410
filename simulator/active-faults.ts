import type { Faults, Settings, SettingsChange } from './api';
import { faultSentences } from './fault-sentences';

const restFaults: Partial<Record<Faults['rest'], string>> = {
  429: 'answers 429',
  500: 'answers 500',
  hang: 'does not answer',
  torn: 'cuts its answers off',
  drip: 'answers one byte per second',
};

/** What is said about a fault; undefined where another one says it. */
const sentences: { [Name in keyof Faults]?: (value: Faults[Name], faults: Faults) => string | undefined } = {
  rest: (value, { restTimes }) => {
    const times = restTimes === null ? '' : restTimes === 1 ? ', once' : `, ${restTimes} times`;
    return `Twilio’s REST API ${restFaults[value] ?? value}${times}`;
  },
  restTimes: () => undefined,
  badSignature: () => 'Webhooks have a wrong signature',
  requests: () => undefined,
  webhooks: () => undefined,
};

const limitSentences: Record<keyof Settings['limits'], (most: number) => string> = {
  concurrentFunctions: (most) => `Functions handle ${requests(most)} at once`,
  concurrentRequests: (most) => `Twilio’s REST API handles ${requests(most)} at once`,
  syncPerDocument: (most) =>
    `Sync lets a document be read ${most === 1 ? 'once' : `${most} times`} a second, and written as often`,
  interactionsPerSecond: (most) => `Flex takes ${requests(most)} a second to each endpoint of Interactions`,
};

function requests(count: number): string {
  return `${count} request${count === 1 ? '' : 's'}`;
}

/** @returns a few words for each fault that is on; none while everything works */
export function activeFaults(settings: Settings, defaults: Settings): string[] {
  const { faults, deliverTwice, flex } = settings;
  const found = (Object.keys(faults) as (keyof Faults)[]).flatMap((name) => {
    if (isSame(faults[name], defaults.faults[name])) return [];
    const say = sentences[name] as ((value: unknown, all: Faults) => string | undefined) | undefined;
    const sentence = say ? say(faults[name], faults) : `${name}: ${JSON.stringify(faults[name])}`;
    return sentence === undefined ? [] : [sentence];
  });
  found.push(...faultSentences(faults));
  if (deliverTwice !== defaults.deliverTwice) found.push('Webhooks are delivered twice');
  if (flex.channelFailsAfterMs !== null && flex.channelFailsAfterMs !== defaults.flex.channelFailsAfterMs) {
    found.push(`Flex channels fail after ${flex.channelFailsAfterMs} ms with ${flex.channelErrorCode}`);
  }
  return found;
}

/** @returns a few words for each limit that is set; it is no fault to have one */
export function activeLimits({ limits }: Settings, defaults: Settings): string[] {
  return (Object.keys(limits) as (keyof Settings['limits'])[]).flatMap((name) => {
    const most = limits[name];
    return most === null || most === defaults.limits[name] ? [] : limitSentences[name](most);
  });
}

/** @returns the faults and limits in some settings, as a change that turns them on again, or off if they are the defaults */
export function faultsIn({ faults, deliverTwice, limits, flex }: Settings): SettingsChange {
  const { channelFailsAfterMs, channelErrorCode } = flex;
  return { faults, deliverTwice, limits, flex: { channelFailsAfterMs, channelErrorCode } };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
