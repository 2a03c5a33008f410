import { Misconfigured } from '../errors';
import { type ChannelType, channelTypes, type Routing } from '../model';

/** Where Flex does its work. */
export interface FlexWorkspace {
  workspaceSid: string;
  workflowSid: string;
  queueSid: string;
}

/** The environment variable that says what the data does not. */
const environmentNames: Record<keyof FlexWorkspace, string> = {
  workspaceSid: 'FLEX_WORKSPACE_SID',
  workflowSid: 'FLEX_WORKFLOW_SID',
  queueSid: 'FLEX_QUEUE_SID',
};

/** What the SIDs begin with. */
const sidPrefixes: Record<keyof FlexWorkspace, string> = {
  workspaceSid: 'WS',
  workflowSid: 'WW',
  queueSid: 'WQ',
};

/**
 * The workspace, workflow and queue: from the routing data, else from the environment.
 *
 * @throws Misconfigured naming the first that neither has, or that is no such SID
 */
export function flexWorkspace(routing: Routing, env: Readonly<Record<string, unknown>>): FlexWorkspace {
  const read = (name: keyof FlexWorkspace): string => {
    const value = routing.flex[name] ?? env[environmentNames[name]];
    const prefix = sidPrefixes[name];
    if (typeof value === 'string' && new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(value)) return value;
    throw new Misconfigured('flex_not_configured', {
      file: 'assets/routing.private.json',
      field: `flex.${name}`,
      fix: isPadded(value)
        ? `remove the blanks or line breaks around ${environmentNames[name]} in the environment`
        : `give the SID that begins with ${prefix} there, or in the environment as ${environmentNames[name]}`,
    });
  };
  return { workspaceSid: read('workspaceSid'), workflowSid: read('workflowSid'), queueSid: read('queueSid') };
}

function isPadded(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.trim() !== value;
}

/** @returns the channel type of this name, or undefined */
export function channelTypeOf(name: string): ChannelType | undefined {
  return channelTypes.find((type) => type === name);
}
