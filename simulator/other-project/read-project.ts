import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { toE164 } from '../../lib/address';
import { holdCustomers } from '../../lib/customers/every-customer';
import type { FrontlineUrls, RoutingMode, SimulatedChannel } from '../api';
import { CustomerIndex } from '../data/customer-index';
import { SourceFile } from '../data/source-file';
import { type ProjectData, readAccess, readEnv } from '../project-data';
import { type Config, configFile, guessConfig, ProjectProblem, readConfig } from './config';

/** Another project with Twilio Functions, as it is served. */
export interface OtherProject {
  data: ProjectData;
  functionsFolder: string;
  assetsFolder: string | undefined;
  /** The configuration's file, whether or not it exists. */
  configFile: string;
  config: Config;
  /** Whether there is no configuration, and the names of the functions were taken instead. */
  isGuessed: boolean;
}

/** The file that the functions' process loads before anything else. */
export const rejectionPreload = join(__dirname, 'answer-rejections.cjs');

const defaultNumbers = ['+16465550190', 'whatsapp:+16465550190'];
const defaultWorkers = ['worker@example.com'];

/**
 * @param root the project's folder
 * @param file its configuration; `local-twilio.json` in the folder when left out
 * @throws ProjectProblem that says what is missing or wrong
 */
export function readOtherProject(root: string, file = join(root, configFile)): OtherProject {
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new ProjectProblem(`There is no folder ${root}`);
  const { functionsFolder, assetsFolder } = findFolders(root);
  requireModules(root);
  const access = readAccess(functionsFolder, assetsFolder);
  const functions = pathsOf(functionsFolder);
  const given = readConfig(file);
  const config = given ?? guessConfig(functions.filter((path) => access.get(path) !== 'private'));
  requireFunctions(config, access, file);
  return {
    data: dataOf(root, config, access),
    functionsFolder,
    assetsFolder,
    configFile: file,
    config,
    isGuessed: given === undefined,
  };
}

/** As `twilio-run` finds them: by its configuration, or by their usual names. */
function findFolders(root: string): { functionsFolder: string; assetsFolder: string | undefined } {
  // The toolkit's own reader: the file can be JSON with comments, YAML or JavaScript, and lie in a parent folder.
  const { readSpecializedConfig } = require('twilio-run/dist/config/global') as {
    readSpecializedConfig(root: string, file: undefined, command: 'start'): Record<string, unknown>;
  };
  const settings = readSpecializedConfig(root, undefined, 'start');
  if (settings.ngrok !== undefined) {
    throw new ProjectProblem(
      '.twilioserverlessrc opens a tunnel by ngrok: remove that setting, nothing must come in',
    );
  }
  const find = (kind: string, usual: string[]): string | undefined => {
    const given = settings[`${kind}Folder`];
    const names = typeof given === 'string' ? [given] : usual;
    return names.map((name) => join(root, name)).find((folder) => existsSync(folder));
  };
  const functionsFolder = find('functions', ['functions', 'src']);
  if (functionsFolder === undefined) {
    const given = settings.functionsFolder;
    const what = typeof given === 'string' ? given : 'functions';
    throw new ProjectProblem(
      `${root} has no folder ${what}: this is no project with Twilio Functions, or it must be built first.`,
    );
  }
  return { functionsFolder, assetsFolder: find('assets', ['assets', 'static']) };
}

function requireModules(root: string): void {
  const file = join(root, 'package.json');
  if (!existsSync(file)) {
    throw new ProjectProblem(`${root} has no package.json, which twilio-run needs: run "npm init -y" there.`);
  }
  const { dependencies = {} } = parse(file) as { dependencies?: object };
  if (Object.keys(dependencies).length === 0 || existsSync(join(root, 'node_modules'))) return;
  throw new ProjectProblem(`${root} has no node_modules: run "npm install" there.`);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ProjectProblem(`${file} is not valid JSON: ${(error as Error).message}`);
  }
}

function pathsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((one) =>
    one.replaceAll('\\', '/'),
  );
  const found = files.filter((one) => one.endsWith('.js')).sort();
  if (found.length > 0) return found.map((one) => `/${one.replace(/(\.protected|\.private)?\.js$/, '')}`);
  const isTypeScript = files.some((one) => one.endsWith('.ts'));
  const what = isTypeScript ? 'TypeScript only: build it first' : 'no functions: no file ends with .js';
  throw new ProjectProblem(`${folder} has ${what}.`);
}

/** A path that no function has would be answered 404 by every webhook. */
function requireFunctions(
  { frontline = {}, conversations = {} }: Config,
  access: ProjectData['access'],
  file: string,
): void {
  const { preWebhookUrl, postWebhookUrl } = conversations;
  const given = Object.entries({ ...frontline, preWebhookUrl, postWebhookUrl });
  for (const [name, path] of given) {
    const at = path?.split('?')[0] ?? '';
    if (!at.startsWith('/') || (access.has(at) && access.get(at) !== 'private')) continue;
    const known = [...access].filter(([, kind]) => kind !== 'private').map(([one]) => one);
    throw new ProjectProblem(
      `${file}: ${name} is ${path}, which no function serves. There are: ${known.sort().join(', ')}`,
    );
  }
}

function dataOf(root: string, config: Config, access: ProjectData['access']): ProjectData {
  const { frontline, conversations = {} } = config;
  const env = { ...readEnv(root), ...config.env };
  const workers = (config.workers ?? defaultWorkers).map((one) =>
    typeof one === 'string' ? { identity: one } : one,
  );
  return {
    customers: [],
    workers: workers.map(({ identity, displayName }) => ({ identity, displayName: displayName ?? identity })),
    numbers: numbersOf(config.numbers ?? defaultNumbers),
    // An account without Frontline has no other way to route.
    routesOn: frontline ? 'onConversationRoute' : 'onConversationAdded',
    access,
    index: new CustomerIndex(holdCustomers([])),
    // There is no data of this project: what is configured stands where the routing data would.
    sources: {
      customers: new SourceFile(root, 'assets/customers.private.json'),
      routing: new SourceFile(root, configFile),
      templates: new SourceFile(root, 'assets/templates.private.json'),
    },
    contents: [],
    origins: [],
    workspace: {},
    env,
    webhooks: {
      frontlineUrls: urlsOf(frontline),
      routingMode: routingModeOf(frontline?.routing),
      preWebhookUrl: conversations.preWebhookUrl,
      postWebhookUrl: conversations.postWebhookUrl,
      filters: conversations.filters ?? [],
    },
  };
}

function urlsOf({
  crm = '',
  outgoingConversation = '',
  templates = '',
  routing = '',
}: Config['frontline'] & object = {}): FrontlineUrls {
  return { crm, outgoingConversation, templates, routing: routing === 'pool' ? '' : routing };
}

function routingModeOf(routing: string | undefined): RoutingMode {
  if (routing === undefined) return 'none';
  return routing === 'pool' ? 'pool' : 'custom';
}

function numbersOf(given: readonly string[]): ProjectData['numbers'] {
  const numbers = new Map<string, SimulatedChannel[]>();
  for (const one of given) {
    const address = toE164(one.replace(/^whatsapp:/, '')) ?? one;
    const channel = one.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
    numbers.set(address, [...(numbers.get(address) ?? []), channel]);
  }
  return [...numbers].map(([address, channels]) => ({ address, channels }));
}

/** @returns what is configured, in lines for people */
export function describeProject(
  { data, config, configFile: file, isGuessed }: OtherProject,
  root: string,
): string {
  const where = relative(root, file).startsWith('..') ? file : relative(root, file);
  const numbers = data.numbers.map(({ address, channels }) => `${address} (${channels.join(', ')})`);
  return [
    isGuessed
      ? `There is no ${where}: the webhooks below are guessed by the names of the functions.`
      : `The webhooks are those in ${where}.`,
    ...Object.entries({ ...config.frontline, ...config.conversations }).map(
      ([name, value]) => `  ${name.padEnd(22)}${Array.isArray(value) ? value.join(', ') : value}`,
    ),
    `  ${'numbers'.padEnd(22)}${numbers.join(', ')}`,
    `  ${'workers'.padEnd(22)}${data.workers.map(({ identity }) => identity).join(', ')}`,
  ].join('\n');
}
