import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { inPieces, mutatedBytes } from '../../../test/support/fuzz/bytes.js';
import { fuzz } from '../../../test/support/fuzz/fuzz.js';
import { anyJson, mutated, nested } from '../../../test/support/fuzz/json.js';
import { OTHER_EVENTS, RECORDED_BYTES, RECORDED_EVENTS } from '../../../test/support/fuzz/mesos.js';
import { anyText, longText, nearly, textOf } from '../../../test/support/fuzz/texts.js';
import { readMasterInfoMessage } from './detection/master-info-message.js';
import { leadingNode, masterUrl, readMasterNode } from './detection/master-nodes.js';
import { parseMasterUrls } from './detection/master-urls.js';
import { decodeEvent } from './client/event-decoder.js';
import { reactionToError } from './client/error-event.js';
import { tooOld } from './client/master-version.js';
import { needsAcknowledgement } from './protocol/task-status.js';
import { RecordDecoder } from './recordio/record-decoder.js';
import { encodeRecord } from './recordio/record-encoder.js';
import { formatResources, parseResources } from './resources/text-form.js';
import { validateResource } from './resources/validation.js';

const LONG = 1 << 20;
const EVENTS = [...RECORDED_EVENTS, ...OTHER_EVENTS];
const STREAM = Buffer.concat(RECORDED_BYTES.map(encodeRecord));

describe('RecordIO', () => {
  fuzz(
    'gives records and at most one error, however the stream is damaged and cut',
    {
      input: inPieces(mutatedBytes([STREAM.subarray(0, 3000), STREAM, Buffer.from('5\nabcde')], 3)),
      runs: 400,
    },
    (pieces) => {
      const decoder = new RecordDecoder({ maxRecordBytes: 1 << 20 });
      let bytes = 0;
      for (const piece of pieces) {
        const { records, error } = decoder.push(piece);
        bytes += records.reduce((sum, record) => sum + record.length, 0);
        for (const record of records) decodeEvent(record);
        if (error !== undefined) expect(decoder.push(STREAM)).toEqual({ records: [], error });
      }
      expect(bytes).toBeLessThanOrEqual(pieces.reduce((sum, piece) => sum + piece.length, 0));
    },
  );

  fuzz(
    'may come byte by byte',
    { input: longText(100_000, { repeats: ['1\na', '0\n', '1'] }), runs: 10 },
    (text) => {
      const decoder = new RecordDecoder();
      for (const byte of Buffer.from(text)) decoder.push(Uint8Array.of(byte));
    },
  );
});

/** Reads what the scheduler reads of events. */
function use(record: Buffer): void {
  const decoded = decodeEvent(record);
  if (!decoded.ok) {
    expect(decoded.error.length).toBeLessThan(1000);
    return;
  }
  const { event } = decoded;
  switch (event.type) {
    case 'SUBSCRIBED':
      expect(typeof event.subscribed.framework_id.value).toBe('string');
      tooOld(event.subscribed);
      break;
    case 'OFFERS':
      for (const offer of event.offers.offers ?? []) {
        expect([typeof offer.id.value, typeof offer.agent_id.value]).toEqual(['string', 'string']);
        for (const resource of offer.resources ?? []) validateResource(resource);
      }
      break;
    case 'UPDATE':
      expect(typeof event.update.status.task_id.value).toBe('string');
      expect(event.update.status.state).toMatch(/^TASK_/);
      needsAcknowledgement(event.update.status);
      break;
    case 'ERROR':
      reactionToError(event.error.message);
      break;
    default:
  }
}

describe('an event of the master', () => {
  fuzz('is of the shape that is counted on, or dropped', { input: mutated(EVENTS), runs: 1500 }, (json) =>
    use(Buffer.from(JSON.stringify(json))),
  );

  fuzz(
    'may be any JSON or any bytes',
    {
      input: fc.oneof(
        anyJson.map((json) => Buffer.from(JSON.stringify(json))),
        mutatedBytes(RECORDED_BYTES),
        fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      ),
      runs: 600,
    },
    use,
  );

  fuzz(
    'may be large',
    {
      input: fc.tuple(mutated(EVENTS, 1), fc.oneof(longText(LONG), fc.constant(nested('x', 2000)))),
      runs: 40,
    },
    ([json, value]) => {
      const type = (json as { type?: unknown } | null)?.type;
      const body = typeof type === 'string' ? type.toLowerCase() : 'offers';
      use(Buffer.from(JSON.stringify({ type: value })));
      use(Buffer.from(JSON.stringify({ ...(json as object), [body]: value, more: value })));
    },
  );
});

const typeOf = (value: unknown) => (value === undefined ? undefined : typeof value);

describe('what masters leave in ZooKeeper', () => {
  const info = {
    id: 'x',
    ip: 16_777_343,
    port: 5050,
    pid: 'master@127.0.0.1:5050',
    hostname: 'localhost',
    address: { hostname: 'localhost', ip: '127.0.0.1', port: 5050 },
  };
  const message = Buffer.from(
    '0a0178108080808008189a272215 6d6173746572403132372e302e302e313a35303530 2a096c6f63616c686f7374'.replaceAll(
      ' ',
      '',
    ),
    'hex',
  );
  const names = fc.oneof(nearly('json.info_0000000042', 'info_7', '0000000001', 'log_replicas'), anyText());
  const options = fc.record({
    scheme: fc.constantFrom('http' as const, 'https' as const),
    preferHostname: fc.boolean(),
  });

  fuzz(
    'is an address or nothing',
    {
      input: fc.tuple(
        names,
        fc.oneof(
          mutated([info]).map((json) => Buffer.from(JSON.stringify(json))),
          mutatedBytes([message, Buffer.from('master@10.0.0.1:5050')]),
        ),
        options,
      ),
      runs: 600,
    },
    ([name, data, wanted]) => {
      for (const label of [name, 'json.info_1', 'info_1', '1']) {
        const master = readMasterNode(label, data);
        if (master !== undefined) expect([undefined, 'object']).toContain(typeOf(masterUrl(master, wanted)));
      }
      readMasterInfoMessage(data);
    },
  );

  fuzz('has a leader among any names', { input: fc.array(names, { maxLength: 6 }) }, (children) => {
    const leader = leadingNode(children);
    if (leader !== undefined) expect(children).toContain(leader.name);
  });
});

describe('texts of flags', () => {
  fuzz(
    'are addresses of masters, or say why not',
    {
      input: fc.oneof(
        textOf(['http://', 'https://', 'm1', ':5050', ',', '@', 'u:p', '/', '[::1]', ' ', '#', '?']),
        nearly('http://m1:5050,m2:5051', 'https://[::1]:80'),
        longText(2000),
      ),
      runs: 300,
    },
    (text) => {
      const parsed = parseMasterUrls(text);
      if (!parsed.ok) expect(typeof parsed.error).toBe('string');
      else for (const url of parsed.urls) expect(['http:', 'https:']).toContain(url.protocol);
    },
  );

  fuzz(
    'are resources that print as they are read, or say why not',
    {
      input: fc.oneof(
        textOf([
          'cpus',
          'mem',
          ':',
          ';',
          '(',
          ')',
          '*',
          '[',
          ']',
          '{',
          '}',
          '-',
          ',',
          '1',
          '31000',
          '0.5',
          ' ',
          'role',
        ]),
        nearly('cpus:4;mem(role):1024.5;ports:[31000-32000, 40-41];things:{a,b}'),
        longText(100_000),
      ),
      runs: 400,
    },
    (text) => {
      const parsed = parseResources(text);
      if (!parsed.ok) return;
      for (const resource of parsed.resources) validateResource(resource);
      expect(typeof formatResources(parsed.resources)).toBe('string');
    },
  );
});
