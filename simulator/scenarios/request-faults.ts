import type { RequestFault } from '../api';
import type { RunnableScenario } from './context';

interface FaultyRequest {
  name: string;
  title: string;
  description: string;
  faults: RequestFault[];
}

const addWorker = 'POST /Conversations/*/Participants';

/** All of them end with one worker, and nothing broken. */
const scenarios: FaultyRequest[] = [
  {
    name: 'twilio-cut',
    title: 'Twilio closes the connection',
    description:
      'The worker is added, but the answer is cut off halfway through its body. Routing looks it up, and one worker joins.',
    faults: [{ kind: 'cut', on: addWorker, done: true, times: 1 }],
  },
  {
    name: 'twilio-reset',
    title: 'Twilio resets the connection',
    description: 'Every third connection is reset before the request is carried out. One worker joins.',
    faults: [{ kind: 'reset', on: 'all', every: 3 }],
  },
  {
    name: 'twilio-done-but-500',
    title: 'Twilio does it and answers 500',
    description:
      'The worker is added, and the answer is 500 all the same. Routing looks it up: one worker joins.',
    faults: [{ kind: 'error', on: addWorker, status: 500, done: true, times: 1 }],
  },
  {
    name: 'twilio-done-but-silent',
    title: 'Twilio does it and never answers',
    description:
      'The worker is added, but no answer comes. Routing stops waiting and looks it up: one worker joins.',
    faults: [{ kind: 'hang', on: addWorker, done: true, times: 1 }],
  },
  {
    name: 'twilio-retry-after',
    title: 'Twilio answers 429 with Retry-After',
    description:
      'Twilio wants the functions to wait for a second before they add the worker. They do, and it joins.',
    faults: [{ kind: 'error', on: addWorker, status: 429, retryAfter: 1, times: 1 }],
  },
  {
    name: 'twilio-503',
    title: 'Twilio is unavailable for a moment',
    description: 'The first three requests are answered 503. They are sent again, and the worker joins.',
    faults: [{ kind: 'error', on: 'all', status: 503, times: 3 }],
  },
  {
    name: 'twilio-late',
    title: 'Twilio answers late',
    description: 'Every answer comes 300 ms late. The worker joins in time.',
    faults: [{ kind: 'late', on: 'all', ms: 300 }],
  },
  {
    name: 'twilio-several-faults',
    title: 'Several things go wrong at Twilio',
    description:
      'Some requests are answered 429, others are reset, and participants come byte by byte. One worker joins.',
    faults: [
      { kind: 'drip', on: 'GET /Conversations/*/Participants', ms: 5, times: 1 },
      { kind: 'error', on: 'all', status: 429, probability: 0.2, seed: 7 },
      { kind: 'reset', on: 'all', probability: 0.1, seed: 11 },
    ],
  },
];

/** Single REST requests that go wrong. */
export const requestFaultScenarios = scenarios.map(
  ({ faults, ...scenario }): RunnableScenario => ({
    ...scenario,
    failing: false,
    async run(context) {
      const conversation = await context.withFaults({ requests: faults }, () =>
        context.receiveInbound({ from: context.parts.customers.addUnknown(), body: 'Is anybody there?' }),
      );
      return conversation?.sid;
    },
  }),
);
