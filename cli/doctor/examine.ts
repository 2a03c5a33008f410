import { checkAutocreation, checkNumbers } from './checks/addresses';
import { checkDist } from './checks/build';
import {
  checkOutboundEndpoint,
  checkSigned,
  checkSweepEndpoint,
  checkUnsigned,
  type ProbeResult,
} from './checks/callbacks';
import { checkCredentials } from './checks/credentials';
import { checkFrontlineConsole } from './checks/frontline-console';
import { checkFlex, checkSweepKey, checkSync } from './checks/outbound';
import { checkTemplates } from './checks/templates';
import { checkVariables, readDeployedVariables } from './checks/variables';
import { checkWebhooks } from './checks/webhooks';
import { checkWorkers } from './checks/workers';
import { describeCheckFailure, type Finding, type FindingCode } from './findings';
import type { Subject } from './subject';

/** Everything that was found. */
export interface Diagnosis {
  /** Where the functions are that were checked. */
  url?: string | undefined;
  /** The environment that they were deployed to. */
  environment?: string | undefined;
  findings: Finding[];
  /** What the callbacks answered. */
  probes: ProbeResult[];
}

type Check = (subject: Subject) => Promise<Finding[]>;

const accountChecks: readonly (readonly [string, Check])[] = [
  ['the webhooks', checkWebhooks],
  ['the Frontline Console', checkFrontlineConsole],
  ['autocreation', checkAutocreation],
  ['the phone numbers', checkNumbers],
  ['the workers', checkWorkers],
  ['the templates', checkTemplates],
  ['Flex', checkFlex],
  ['the key of sweeps', checkSweepKey],
  ['Sync', checkSync],
];

/**
 * Checks an account, its deployed functions and the project end to end. One check that fails does not end the others.
 *
 * @param report told what is being checked
 */
export async function examine(given: Subject, report: (text: string) => void = () => {}): Promise<Diagnosis> {
  let subject = given;
  const run = (title: string, check: Check): Promise<Finding[]> => {
    report(`Checking ${title}`);
    return check(subject).catch((error: unknown) => [
      describeCheckFailure(title.replace(/^the /, ''), error),
    ]);
  };
  const findings = await run('the credentials', checkCredentials);
  findings.push(...(await run('dist/', checkDist)));
  // Then everything else would fail too, or be signed with the wrong token.
  if (has(findings, 'credentials_rejected', 'conversations_unavailable')) return { findings, probes: [] };
  const checkDeployed: Check = async (one) => {
    const deployed = await readDeployedVariables(one);
    // What is set in the Console alone counts too.
    subject = { ...one, variables: { ...deployed, ...one.variables } };
    return checkVariables(one, deployed);
  };
  findings.push(...(await run('the variables', checkDeployed)));
  for (const [title, check] of accountChecks) findings.push(...(await run(title, check)));

  report('Calling the callbacks');
  const { findings: found, results } = await checkSigned(subject);
  findings.push(...found);
  if (!has(found, 'functions_unreachable')) {
    findings.push(...(await run('who may call', checkUnsigned)));
    // The key is for our functions alone.
    const isOurs = !has(found, 'callback_missing', 'signature_rejected', 'build_unknown');
    const checkOutbound = (one: Subject) => checkOutboundEndpoint(one, { sendsKey: isOurs });
    findings.push(...(await run('/flex/outbound-message', checkOutbound)));
    findings.push(...(await run('/maintenance/sweep', checkSweepEndpoint)));
  }
  return { findings, probes: results };
}

function has(findings: readonly Finding[], ...codes: FindingCode[]): boolean {
  return findings.some(({ code }) => codes.includes(code));
}
