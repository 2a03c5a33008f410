import { LocalHosting, type LocalHostingOptions } from './deployed/hosting';
import type { Timeline } from './timeline';
import type { Serverless } from './twilio/serverless/serverless';
import { readLogLine } from './webhook-id';

/**
 * Serves what is deployed to an account, and reports it in the timeline.
 *
 * @param onLog called with each line that a function logs
 */
export function hostDeployed(
  options: Omit<LocalHostingOptions, 'onLine' | 'onActivate'>,
  serverless: Serverless,
  timeline: Timeline,
  onLog: (line: string, webhookId: number | undefined) => void,
): LocalHosting {
  const hosting = new LocalHosting({
    ...options,
    onOutput: (text) => {
      const { line, webhookId } = readLogLine(text);
      if (line.startsWith('{"level":')) onLog(line, webhookId);
      else options.onOutput(line);
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
