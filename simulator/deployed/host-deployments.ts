import type { Timeline } from '../timeline';
import type { Serverless } from '../twilio/serverless/serverless';
import { LocalHosting, type LocalHostingOptions } from './hosting';

/** Serves what is deployed to an account, and says so in the timeline. */
export function hostDeployments(
  serverless: Serverless,
  timeline: Timeline,
  options: Omit<LocalHostingOptions, 'onLine' | 'onActivate'>,
): LocalHosting {
  const hosting = new LocalHosting({
    ...options,
    onLine: (environment, line) => serverless.addLine(environment, line),
    onActivate: ({ environment, build }) => {
      const title = `Build ${build.sid} is deployed at http://${environment.domain_name}`;
      timeline.add({ kind: 'note', trace: 'deploy', state: 'ok', title, text: title });
    },
  });
  serverless.hosting = hosting;
  return hosting;
}
