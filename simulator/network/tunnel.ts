import { type IncomingMessage, request as requestPlain, type ServerResponse } from 'node:http';
import { request as requestSecure } from 'node:https';
import { connect, type Socket } from 'node:net';

/** Connects the client of a CONNECT request to its target. @returns the connection to the target */
export function openTunnel(client: Socket, host: string, port: number): Socket {
  let isOpen = false;
  const target = connect({ host: host.replace(/^\[|\]$/g, ''), port, noDelay: true }, () => {
    isOpen = true;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(target).pipe(client);
  });
  target.on('error', () => {
    if (isOpen) client.destroy();
    else client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  client.on('close', () => target.destroy());
  return target;
}

/** Forwards a request that a client sent to the proxy with its whole URL. */
export function forwardPlain(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const { method, headers } = request;
  const { 'proxy-connection': _connection, 'proxy-authorization': _authorization, ...sent } = headers;
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  const forwarded = send(url, { method, headers: { ...sent, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(`${url.host} cannot be reached: ${error.message}\n`);
  });
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
}
