import { hideUrlSecrets } from '../../hide-secrets';
import { fieldNames } from '../../setup/describe';
import { callbackPaths } from '../../setup/needs';
import { type Finding, finding } from '../findings';
import { setupCommand } from '../fixes';
import type { Subject } from '../subject';

/** Checks that the local Twilio's Frontline Console points to the functions. Twilio's own has no API. */
export async function checkFrontlineConsole(subject: Subject): Promise<Finding[]> {
  const { console, routing, url, environment, otherUrls } = subject;
  if (!console || url === undefined || routing.routing.on !== 'onConversationRoute') return [];
  const { conversations: _conversations, ...paths } = callbackPaths;
  const fix = setupCommand(subject);
  const findings: Finding[] = [];
  const own = new Set<string>();
  for (const [name, path] of Object.entries(paths)) {
    const found = String(console[name] ?? '');
    const other = otherUrls.find((one) => found === `${one}${path}`);
    if (other !== undefined && other !== url) own.add(other);
    if (other !== undefined || found === `${url}${path}`) continue;
    const text = `The ${fieldNames[name]} in the Frontline Console is ${hideUrlSecrets(found)}, not ${url}${path}`;
    findings.push(finding('frontline_url_other', text, fix));
  }
  if (environment !== undefined && own.size > 0) {
    const text = `The Frontline Console still points to npm start's own functions at ${[...own].join(', ')}, not to what is deployed at ${url}`;
    findings.push(finding('webhook_not_deployed', text, fix));
  }
  if (console.routingMode !== 'custom') {
    const text = `The Frontline Console routes by "${String(console.routingMode)}": the routing callback is not called`;
    findings.push(
      finding('frontline_not_routing', text, 'choose custom routing in the settings of the console'),
    );
  }
  return findings;
}
