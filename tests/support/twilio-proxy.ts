import { type RunningProxy, startProxy } from '../../simulator/twilio/proxy';
import type { FakeTwilio } from './fake-twilio';

export type TwilioProxy = RunningProxy;

/** Serves a fake Twilio to the unmodified SDK of another process, through the local Twilio's proxy. */
export function startTwilioProxy(fake: FakeTwilio): Promise<TwilioProxy> {
  const handle: Parameters<typeof startProxy>[0]['handle'] = (request) =>
    fake.handle({ ...request, authorization: request.headers.authorization });
  return startProxy({ handle }, { port: 0 });
}
