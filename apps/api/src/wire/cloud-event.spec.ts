import { describe, expect, it } from 'vitest';
import { storedEvents, VERSION } from '../domain-objects.fixture.js';
import { cloudEventOf } from './cloud-event.js';

const [stored] = storedEvents([{ type: 'AppDeleted', data: { appId: '/web' } }], 7);

describe('cloudEventOf', () => {
  it('prints the whole envelope, attributes first', () => {
    if (stored === undefined) throw new Error('the fixture makes one event');
    expect(JSON.stringify(cloudEventOf({ ...stored, stream: 'app:/web' }))).toBe(
      `{"specversion":"1.0","id":"event-7","source":"/ekiden","type":"io.ekiden.AppDeleted","subject":"app:/web",` +
        `"time":"${VERSION}","datacontenttype":"application/json","position":7,"epoch":1,"schemaversion":1,` +
        `"actor":{"kind":"user","address":"192.0.2.9"},"correlationid":"command-1","data":{"appId":"/web"}}`,
    );
    expect(cloudEventOf({ ...stored, causationId: 'event-6' })).toMatchObject({ causationid: 'event-6' });
  });
});
