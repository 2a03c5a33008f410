import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { everyCustomer } from '../lib/customers/every-customer';
import type { Customer } from '../lib/model';

/**
 * Lists the URLs of the functions, and a request to try.
 *
 * @param root the project's folder, built
 * @param url where the functions are served
 */
export async function describeService(root: string, url: string): Promise<string> {
  const folder = join(root, 'dist/functions');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js')).sort();
  const urls = files.map(
    (name) => `  ${url}/${name.replaceAll('\\', '/').replace(/(\.protected|\.private)?\.js$/, '')}`,
  );
  return ['', 'The callbacks are served at', ...urls, '', 'Try one:', '', exampleRequest(root, url), ''].join(
    '\n',
  );
}

function exampleRequest(root: string, url: string): string {
  const customer = findExample(join(root, 'dist/assets'));
  if (!customer) return `  curl ${url}/callbacks/crm -d Location=GetCustomersList -d Worker=you@example.com`;
  return [
    `  curl ${url}/callbacks/outgoing-conversation -d Location=GetProxyAddress \\`,
    `    -d Worker=${customer.worker} -d CustomerId=${customer.customer_id} -d ChannelType=sms \\`,
    `    --data-urlencode ChannelValue=${customer.channels.find(({ type }) => type === 'sms')?.value}`,
  ].join('\n');
}

function findExample(assets: string): Customer | undefined {
  for (const one of everyCustomer(assets)) {
    if (one.worker && one.channels.some(({ type }) => type === 'sms')) return one;
  }
  return undefined;
}
