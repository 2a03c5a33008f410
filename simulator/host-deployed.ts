import { LocalHosting, type LocalHostingOptions } from './deployed/hosting';
import type { Timeline } from './timeline';
import type { Serverless } from './twilio/serverless/serverless';
import { readLogLine } from './webhook-id';
import { recordLogLine } from './webhooks/log-lines';

/** Serves what is deployed to an account, and reports it in the timeline. */
export function hostDeployed(
  options: Omit<LocalHostingOptions, 'onLine' | 'onActivate'>,
  serverless: Serverless,
  timeline: Timeline,
): LocalHosting {
  const hosting = new LocalHosting({
    ...options,
    onOutput: (text) => {
      const { line, webhookId } = readLogLine(text);
      recordLogLine(line, webhookId, timeline);
      options.onOutput(line);
    },
    onLine: (environment, line) => serverless.addLine(environment, line),
    onActivate: ({ environment, build }) => {
      const title = `Build ${build.sid} is deployed at http://${environment.domain_name}`;
      timeline.add({ kind: 'note', trace: 'deploy', state: 'ok', title, text: title });
    },
  });
  serverless.hosting = hosting;
  return hosting;
}
