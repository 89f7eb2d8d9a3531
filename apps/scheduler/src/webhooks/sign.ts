import { createHmac } from 'node:crypto';

/**
 * The value of `X-Ekiden-Signature`: HMAC-SHA256 with the secret over time and body, so that neither can be changed and
 * an old request cannot pass for a new one (docs/webhooks.md).
 *
 * @param nowMs epoch ms.
 */
export function sign(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
