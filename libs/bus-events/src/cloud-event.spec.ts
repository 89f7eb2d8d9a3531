import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '#event-log';
import { cloudEventOf } from './cloud-event.js';

const VERSION = '2026-01-02T03:04:05.678Z';

const stored: StoredEvent = {
  position: 7,
  epoch: 1,
  id: 'event-7',
  stream: 'app:/web',
  type: 'AppDeleted',
  schema: 1,
  time: Date.parse(VERSION),
  actor: { kind: 'user', address: '192.0.2.9' },
  correlationId: 'command-1',
  causationId: null,
  data: { appId: '/web' },
};

describe('cloudEventOf', () => {
  it('prints the whole envelope, attributes first', () => {
    expect(JSON.stringify(cloudEventOf(stored))).toBe(
      `{"specversion":"1.0","id":"event-7","source":"/ekiden","type":"io.ekiden.AppDeleted","subject":"app:/web",` +
        `"time":"${VERSION}","datacontenttype":"application/json","position":7,"epoch":1,"schemaversion":1,` +
        `"actor":{"kind":"user","address":"192.0.2.9"},"correlationid":"command-1","data":{"appId":"/web"}}`,
    );
    expect(cloudEventOf({ ...stored, causationId: 'event-6' })).toMatchObject({ causationid: 'event-6' });
  });
});
