import type { IncomingMessage, ServerResponse } from 'node:http';

/** A short answer as the reference gives it: plain text, or no body and no type at all. */
export function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    ...(body === '' ? {} : { 'Content-Type': 'text/plain; charset=utf-8' }),
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function unauthorized(response: ServerResponse, realm: string): void {
  response.setHeader('WWW-Authenticate', `Basic realm="${realm}"`);
  sendText(response, 401, '401 Unauthorized.');
}

export function methodNotAllowed(request: IncomingMessage, response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  const body = `405 Method Not Allowed. Expecting one of { '${allowed}' }, but received '${request.method}'.`;
  sendText(response, 405, body);
}
