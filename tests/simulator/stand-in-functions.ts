import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';

export const authToken = '0'.repeat(32);
export type Answer = (response: ServerResponse, fields: URLSearchParams) => void;

/** An answer with a JSON body. */
export const json =
  (body: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
/** No answer at all. */
export const never: Answer = () => undefined;

/** Functions that answer as the test wants, by the webhook's name. */
export interface StandInFunctions {
  server: Server;
  url: string;
  /** What they answer; `{}` where a name is missing. */
  answers: Record<string, Answer>;
  received: { name: string; signed: boolean; method: string; fields: Record<string, string> }[];
}

/** Stand-in functions on a port of their own for the tests of a file. */
export function useStandInFunctions(): StandInFunctions {
  const functions = {} as StandInFunctions;
  beforeAll(async () => {
    functions.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const { method = '' } = request;
        const query = new URL(request.url ?? '', functions.url).searchParams;
        const fields = method === 'GET' ? query : new URLSearchParams(body);
        const name = fields.get('Location') ?? fields.get('EventType') ?? '';
        const signature = String(request.headers['x-twilio-signature']);
        const signed = validateRequest(
          authToken,
          signature,
          `${functions.url}${request.url}`,
          method === 'GET' ? {} : Object.fromEntries(fields),
        );
        functions.received.push({ name, signed, method, fields: Object.fromEntries(fields) });
        (functions.answers[name] ?? json({}))(response, fields);
      });
    });
    functions.server.listen(0, 'localhost');
    await once(functions.server, 'listening');
    functions.url = `http://localhost:${(functions.server.address() as { port: number }).port}`;
  });
  afterAll(() => {
    functions.server.closeAllConnections();
    functions.server.close();
  });
  beforeEach(() => {
    functions.answers = {};
    functions.received = [];
  });
  return functions;
}
