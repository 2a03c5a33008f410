import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { toE164 } from '../lib/address';
import { holdCustomers, openBuiltCustomers } from '../lib/customers/every-customer';
import {
  type Customer,
  type Routing,
  type TemplateCategory,
  type TemplatesAsset,
  withoutUndefined,
} from '../lib/model';
import { placeholder } from '../lib/templates/render';
import type { FrontlineUrls, RoutingMode, SimulatedChannel, SimulatedCustomer } from './api';
import { CustomerIndex, isPhone, ownersOf, phoneOf } from './data/customer-index';
import { SourceFile } from './data/source-file';
import type { NewTemplate } from './twilio/content';
import type { Workspace } from './twilio/workspace';

/** The data of the built project. */
export interface ProjectData {
  /** Those with a phone: the first in the order of the lists, then the others. Most of a million are never read. */
  customers: Iterable<SimulatedCustomer>;
  workers: { identity: string; displayName: string }[];
  /** Our Twilio numbers, the default one first. */
  numbers: { address: string; channels: SimulatedChannel[] }[];
  /** Our Facebook pages, as `messenger:…`. */
  pages?: string[];
  /** Which event routes inbound conversations. */
  routesOn: Routing['routing']['on'];
  /** The conversation service in the data; undefined for the default one. */
  conversationServiceSid?: string;
  /** The access of each function and asset, by URL path. */
  access: ReadonlyMap<string, 'public' | 'protected' | 'private'>;
  /** All customers, also those without a phone. */
  index: CustomerIndex;
  /** The files that people write, by name: `customers`, `routing`, `templates`. */
  sources: Record<'customers' | 'routing' | 'templates', SourceFile>;
  /** The Content templates: all templates with a Content SID. */
  contents: NewTemplate[];
  /** The origins of pages that can call `/flex/outbound-message`. */
  origins: string[];
  /** The SIDs of the TaskRouter workspace, as far as the data or `.env` has them. */
  workspace: Partial<Workspace>;
  /** The project's `.env`. */
  env: Record<string, string | undefined>;
  /** The webhooks of another project, as paths of its functions or as URLs; this project's own are known. */
  webhooks?: ConfiguredWebhooks;
}

/** What the Consoles of Frontline and Conversations have; an empty text or undefined is no webhook. */
export interface ConfiguredWebhooks {
  frontlineUrls: FrontlineUrls;
  routingMode: RoutingMode;
  preWebhookUrl: string | undefined;
  postWebhookUrl: string | undefined;
  filters: string[];
}

/** @param root the project's folder; if it is not built, there is no data */
export function readProject(root: string): ProjectData {
  const assets = join(root, 'dist/assets');
  const isBuilt = existsSync(join(assets, 'customers.private.json'));
  const index = new CustomerIndex(isBuilt ? openBuiltCustomers(assets) : holdCustomers([]));
  const routing = read<Routing>(join(assets, 'routing.private.json'));
  const env = readEnv(root);
  return {
    customers: { [Symbol.iterator]: () => phoneUsers(index) },
    index,
    sources: {
      customers: new SourceFile(root, 'assets/customers.private.json'),
      routing: new SourceFile(root, 'assets/routing.private.json'),
      templates: new SourceFile(root, 'assets/templates.private.json'),
    },
    workers: (routing?.workers ?? []).map(({ identity, display_name }) => ({
      identity,
      displayName: display_name ?? identity,
    })),
    numbers: routing ? numbersOf(routing) : [],
    pages: routing ? pagesOf(routing) : [],
    routesOn: routing?.routing.on ?? 'onConversationRoute',
    ...(routing?.conversationServiceSid && { conversationServiceSid: routing.conversationServiceSid }),
    access: readAccess(join(root, 'dist/functions'), join(root, 'dist/assets')),
    contents:
      read<TemplatesAsset>(join(assets, 'templates.private.json'))?.categories.flatMap(readContents) ?? [],
    origins: routing?.flex?.origins ?? [],
    workspace: readWorkspace(routing, env),
    env,
  };
}

/** @returns the customer in the data who has a phone with this number; undefined if nobody has */
export function findPhoneUser({ index }: ProjectData, phone: string): SimulatedCustomer | undefined {
  const customer = index.byAddress(phone);
  const user = customer && phoneUser(customer);
  return user?.phone === phone ? user : undefined;
}

function* phoneUsers(index: CustomerIndex): Generator<SimulatedCustomer> {
  for (const customer of index.all()) {
    const user = phoneUser(customer);
    if (user) yield user;
  }
}

/** @returns a customer in the data as somebody with a phone; undefined for one without a number */
function phoneUser(customer: Customer): SimulatedCustomer | undefined {
  const phone = phoneOf(customer);
  if (!phone) return undefined;
  const [worker] = ownersOf(customer);
  return {
    customerId: customer.customer_id,
    displayName: customer.display_name,
    phone,
    channels: customer.channels.flatMap(({ type }): SimulatedChannel[] => (isPhone(type) ? [type] : [])),
    ...(worker !== undefined && { worker }),
  };
}

function read<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

/** @returns the variables in a project's `.env` */
export function readEnv(root: string): ProjectData['env'] {
  const file = join(root, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function readWorkspace(routing: Routing | undefined, env: ProjectData['env']): Partial<Workspace> {
  const { workspaceSid, workflowSid, queueSid } = routing?.flex ?? {};
  return withoutUndefined({
    workspaceSid: workspaceSid ?? (env.FLEX_WORKSPACE_SID || undefined),
    workflowSid: workflowSid ?? (env.FLEX_WORKFLOW_SID || undefined),
    queueSid: queueSid ?? (env.FLEX_QUEUE_SID || undefined),
  }) as Partial<Workspace>;
}

/** Replaces our placeholders by the variables of Content templates: the first one by `{{1}}`, and so on. */
function readContents({ display_name, templates }: TemplateCategory): NewTemplate[] {
  return templates.flatMap(({ contentSid, content, language = 'en', whatsAppApproved }) => {
    if (contentSid === undefined) return [];
    const names = [...new Set([...content.matchAll(placeholder)].map(([, name = '']) => name))];
    const variables = Object.fromEntries(names.map((name, index) => [String(index + 1), name]));
    return [
      {
        sid: contentSid,
        friendlyName: display_name,
        language,
        text: content.replace(placeholder, (_match, name: string) => `{{${names.indexOf(name) + 1}}}`),
        variables,
        whatsApp: whatsAppApproved ? 'approved' : 'unsubmitted',
      },
    ];
  });
}

/** @returns our Twilio numbers in the data, the default one first */
export function numbersOf({ proxyAddresses: { defaults, rules }, routing }: Routing): ProjectData['numbers'] {
  const numbers = new Map<string, Set<SimulatedChannel>>();
  const add = (value: string | undefined, channel?: SimulatedChannel): void => {
    const number = value === undefined ? undefined : toE164(value.replace(/^whatsapp:/, ''));
    if (!number) return;
    const channels = numbers.get(number) ?? new Set();
    numbers.set(number, channels.add(channel ?? 'sms'));
  };
  add(defaults.sms, 'sms');
  add(defaults.whatsapp, 'whatsapp');
  for (const { channel, proxyAddress } of rules) {
    if (channel === 'sms' || channel === 'whatsapp') add(proxyAddress, channel);
  }
  for (const number of Object.keys(routing.numbers)) add(number);
  return [...numbers].map(([address, channels]) => ({ address, channels: [...channels] }));
}

function pagesOf({ proxyAddresses: { defaults, rules } }: Routing): string[] {
  const ofRules = rules.flatMap(({ channel, proxyAddress }) => (channel === 'messenger' ? proxyAddress : []));
  return [...new Set([...(defaults.messenger ? [defaults.messenger] : []), ...ofRules])];
}

/** @returns the access of each function and asset, by URL path, as the names of their files say */
export function readAccess(functions: string, assets: string | undefined): ProjectData['access'] {
  const access = new Map<string, 'public' | 'protected' | 'private'>();
  for (const [folder, extension] of [
    [assets, ''],
    [functions, '.js'],
  ] as const) {
    if (folder === undefined || !existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(extension)) continue;
      const path = `/${join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/')}`;
      const kind = /\.(protected|private)(?=\.|$)/.exec(path)?.[1] ?? 'public';
      const url = path.replace(`.${kind}`, '');
      const at = extension ? url.slice(0, -extension.length) : url;
      access.set(at, kind as 'public' | 'protected' | 'private');
      // What a domain's root serves.
      if (at === '/assets/index.html' && kind === 'public') access.set('/', 'public');
    }
  }
  return access;
}
