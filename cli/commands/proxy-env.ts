import { type Command, Option } from 'commander';
import { printJson } from '../output';
import { addCommand, wantsJson } from '../program';
import { projectFolder } from '../project-folder';
import { controlUrl } from '../start-lock';

/** How each shell sets a variable. */
const formats = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/['\\]/g, '\\$&')}';`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
  cmd: (name, value) => `set "${name}=${value}"`,
} satisfies Record<string, (name: string, value: string) => string>;

type Shell = keyof typeof formats;

/** `npm run -s proxy-env`: prints what other programs need in their environment to use the local Twilio. */
export function addProxyEnv(program: Command): void {
  addCommand(program, 'proxy-env', 'Print the variables with which any program uses the local Twilio')
    .addOption(new Option('--shell <shell>', 'for which shell').choices(Object.keys(formats)).default('sh'))
    .option('--json', 'Print JSON')
    .addHelpText(
      'after',
      `
  eval "$(npm run -s proxy-env)"
  npm run -s proxy-env -- --shell fish | source
  npm run -s proxy-env -- --shell powershell | Invoke-Expression

The local Twilio is at SIMULATOR_PORT (4000). Other hosts than Twilio's are then refused, too, unless npm start was
given --allow-net.`,
    )
    .action(async ({ shell }: { shell: Shell }, command: Command) => {
      const { askLocalTwilio } = await import('../account');
      const { accountSid, authToken, proxyUrl, caFile } = await askLocalTwilio(controlUrl(projectFolder));
      const variables = variablesOf({ accountSid, authToken, proxyUrl, caFile });
      if (wantsJson(command)) printJson(variables);
      else for (const [name, value] of Object.entries(variables)) console.log(formats[shell](name, value));
    });
}

interface Access {
  accountSid: string;
  authToken: string;
  proxyUrl: string;
  caFile: string;
}

/** Each client reads others of these: the SDKs, curl, Python's requests, Go, Ruby, and what is built on OpenSSL. */
function variablesOf({ accountSid, authToken, proxyUrl, caFile }: Access): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    HTTP_PROXY: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    // curl reads the first one in lower case only, because a web server's header Proxy can set the other one.
    http_proxy: proxyUrl,
    https_proxy: proxyUrl,
    NO_PROXY: 'localhost,127.0.0.1,::1',
    no_proxy: 'localhost,127.0.0.1,::1',
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
    SSL_CERT_FILE: caFile,
  };
}
