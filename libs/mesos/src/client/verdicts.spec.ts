import { describe, expect, it } from 'vitest';

import { Backoff } from './backoff.js';
import { judgeAnswer } from './call-result.js';
import { reactionToError } from './error-event.js';
import { decodeEvent } from './event-decoder.js';
import { readRecordedSession, stepsOf } from '../../../../test/support/recorded-session.js';

function decode(event: object): unknown {
  const decoded = decodeEvent(Buffer.from(JSON.stringify(event)));
  return decoded.ok ? decoded.event : decoded.error;
}

function update(status: object): object {
  return { type: 'UPDATE', update: { status } };
}

describe('ERROR messages', () => {
  it.each([
    ['Framework failed over', 'abdicate', 'FailedOver'],
    ['Framework has been removed', 'stop', 'FrameworkRemoved'],
    ["Changing framework's principal is not allowed.", 'stop', 'PrincipalChanged'],
    ["'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable", 'stop', 'InvalidRoles'],
    ["'FrameworkInfo.roles' contains duplicate items: a", 'stop', 'InvalidRoles'],
    ["Roles {a} are not present in the master's --roles", 'stop', 'InvalidRoles'],
    [
      "User 'root' is not allowed to run frameworks without --root_submissions set",
      'stop',
      'RootSubmissionsDisabled',
    ],
    ['Suppressed roles {a} are not contained in the set of roles', 'stop', 'InvalidSuppressedRoles'],
    ['The framework failover_timeout (-1) is invalid', 'stop', 'InvalidFailoverTimeout'],
  ])('%s: %s', (message, reaction, code) => {
    expect(reactionToError(message)).toEqual({ kind: 'fatal', reaction, code });
  });

  it.each([
    ["Offer constraints specify role_constraints for a role 'a' not contained", 'dropOfferConstraints'],
    ['Offer constraints are not valid: x', 'dropOfferConstraints'],
    ['Not authorized to use roles', 'retryAtMaximum'],
    ['Authorization failure: x', 'retryAtMaximum'],
    ['', 'retry'],
    ['The Framework failed over', 'retry'],
  ])('%s: %s', (message, kind) => {
    expect(reactionToError(message)).toEqual({ kind });
  });
});

describe('answers to calls', () => {
  it.each([
    { status: 202, text: '', outcome: 'accepted', kind: 'none' },
    { status: 200, text: '', outcome: 'accepted', kind: 'none' },
    { status: 307, text: '', outcome: 'stale', kind: 'leadershipMoved' },
    { status: 503, text: 'No leader elected', outcome: 'stale', kind: 'leadershipMoved' },
    { status: 400, text: 'Failed to parse body into JSON', outcome: 'rejected', kind: 'rejected' },
    { status: 415, text: '', outcome: 'rejected', kind: 'rejected' },
    { status: 501, text: '', outcome: 'rejected', kind: 'rejected' },
    { status: 401, text: '', outcome: 'rejected', kind: 'pause' },
    { status: 403, text: 'claims', outcome: 'rejected', kind: 'pause' },
    { status: 500, text: '', outcome: 'unknown', kind: 'unknownOutcome' },
    { status: 504, text: '', outcome: 'unknown', kind: 'unknownOutcome' },
    { status: 403, text: 'Framework is not subscribed', outcome: 'stale', kind: 'sessionStale' },
    {
      status: 400,
      text: "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
      outcome: 'stale',
      kind: 'sessionStale',
    },
    { status: 400, text: 'Bad: Framework cannot be found', outcome: 'rejected', kind: 'rejected' },
  ])('$status "$text" is $outcome', ({ status, text, outcome, kind }) => {
    const { result, verdict } = judgeAnswer(status, text, 'KILL');
    expect([result.outcome, verdict.kind]).toEqual([outcome, kind]);
  });

  it('of the real master are told apart', () => {
    const refusals = stepsOf(readRecordedSession('scheduler-session'), 'response').filter(
      ({ status }) => status === 400,
    );
    expect(refusals.map(({ to, body }) => [to, judgeAnswer(400, body, 'REVIVE').verdict.kind])).toEqual([
      ['ACCEPT', 'rejected'],
      ['REVIVE', 'sessionStale'],
      ['REVIVE', 'sessionStale'],
    ]);
  });
});

const offers = (members: object) => ({
  type: 'OFFERS',
  offers: { offers: [{ id: { value: 'o' }, agent_id: { value: 's' }, hostname: 'h', ...members }] },
});

describe('enums of other versions', () => {
  const task = { task_id: { value: 'a' } };

  it.each([
    [update({ ...task, state: 'TASK_NOVEL', x: 1 }), update({ ...task, state: 'TASK_UNKNOWN', x: 1 })],
    [update({ ...task }), update({ ...task, state: 'TASK_UNKNOWN' })],
    [
      update({ ...task, state: 'TASK_LOST', reason: 'REASON_SLAVE_REMOVED' }),
      update({ ...task, state: 'TASK_LOST', reason: 'REASON_AGENT_REMOVED' }),
    ],
    [
      update({ ...task, state: 'TASK_LOST', reason: 'REASON_NOVEL', source: 'SOURCE_NOVEL' }),
      update({ ...task, state: 'TASK_LOST', reason: 'REASON_NOVEL', source: 'SOURCE_NOVEL' }),
    ],
    [
      { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: { state: 'OPERATION_NOVEL' } } },
      {
        type: 'UPDATE_OPERATION_STATUS',
        update_operation_status: { status: { state: 'OPERATION_UNSUPPORTED' } },
      },
    ],
  ])('%j is read as %j', (sent, read) => {
    expect(decode(sent)).toEqual(read);
  });

  it.each([
    [update({ state: 'TASK_RUNNING' }), 'event UPDATE: update.status.task_id is missing'],
    [{ type: 'UPDATE', update: {} }, 'event UPDATE: update.status is missing'],
    [update({ ...task, reason: { toString: 1 } }), 'event UPDATE: update.status.reason is no text'],
    [update({ ...task, task_id: { value: 7 } }), 'event UPDATE: update.status.task_id.value is no text'],
    [
      { type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: null } },
      'event UPDATE_OPERATION_STATUS: update_operation_status.status is missing',
    ],
    [{ type: 'OFFERS', offers: { offers: {} } }, 'event OFFERS: offers.offers is no list'],
    [{ type: 'OFFERS', offers: { offers: [null] } }, 'event OFFERS: offers.offers[0] is no message'],
    [
      offers({ resources: [{ name: 'cpus', type: 'SCALAR' }] }),
      'event OFFERS: offers.offers[0].resources[0].scalar is missing',
    ],
    [{ type: 'OFFERS' }, "event OFFERS without 'offers'"],
    [{ type: 'OFFERS', offers: null }, "event OFFERS without 'offers'"],
    [{ type: 'SUBSCRIBED', subscribed: {} }, 'event SUBSCRIBED: subscribed.framework_id is missing'],
    [{ type: 'ERROR', error: {} }, 'event ERROR: error.message is missing'],
    [{ type: 'toString' }, 'unknown event type "toString"'],
    [[], 'unknown event type undefined'],
  ])('%j is dropped', (sent, error) => {
    expect(decode(sent)).toBe(error);
  });
});

describe('back-off', () => {
  it('waits between nothing and the step, which doubles up to the maximum', () => {
    const shortest = new Backoff({ initialMs: 250, maxMs: 15_000, random: () => 0 });
    const longest = new Backoff({ initialMs: 250, maxMs: 15_000, random: () => 1 });
    expect(Array.from({ length: 8 }, () => shortest.nextDelayMs())).toEqual(Array(8).fill(0));
    expect(Array.from({ length: 8 }, () => longest.nextDelayMs())).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    longest.reset();
    expect(longest.nextDelayMs()).toBe(250);
    expect(longest.maximumDelayMs()).toBe(15_000);
    expect(longest.nextDelayMs()).toBe(15_000);
  });
});
