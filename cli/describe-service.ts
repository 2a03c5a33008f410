import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomersAsset } from '../lib/model';

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
  return [
    '',
    'The callbacks are served at',
    ...urls,
    '',
    'Try one:',
    '',
    await exampleRequest(root, url),
    '',
  ].join('\n');
}

async function exampleRequest(root: string, url: string): Promise<string> {
  const text = await readFile(join(root, 'dist/assets/customers.private.json'), 'utf8');
  const { customers } = JSON.parse(text) as CustomersAsset;
  const customer = customers.find((one) => one.worker && one.channels.some(({ type }) => type === 'sms'));
  if (!customer) return `  curl ${url}/callbacks/crm -d Location=GetCustomersList -d Worker=you@example.com`;
  return [
    `  curl ${url}/callbacks/outgoing-conversation -d Location=GetProxyAddress \\`,
    `    -d Worker=${customer.worker} -d CustomerId=${customer.customer_id} -d ChannelType=sms \\`,
    `    --data-urlencode ChannelValue=${customer.channels.find(({ type }) => type === 'sms')?.value}`,
  ].join('\n');
}
