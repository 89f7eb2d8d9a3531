import { describe, expect, it } from 'vitest';
import { accepted, Scenario } from '../deciding/scenario.fixture.js';
import type { Killed, Reply } from './command.js';
import { rememberedForm, replyFrom, type RememberedReply } from './remembered-reply.js';

const fromTheLog = (reply: RememberedReply): Reply =>
  replyFrom(JSON.parse(JSON.stringify(reply)) as RememberedReply);

describe('a remembered reply', () => {
  it('of a kill keeps every definition once and gives every instance its own back', () => {
    const scenario = new Scenario().connected();
    scenario.create({ id: '/web', cmd: 'sleep 9', instances: 3 });
    scenario.launchAll();
    scenario.put('/web', { cmd: 'sleep 8' });
    scenario.offer();
    const reply = scenario.submit({ type: 'KillTasks', selection: { appId: '/web' }, wipe: false }) as Killed;
    const remembered = rememberedForm(reply);
    expect(new Set(reply.instances.map(({ app }) => app.cmd))).toEqual(new Set(['sleep 9', 'sleep 8']));
    expect(remembered).toMatchObject({ apps: [{ cmd: 'sleep 9' }, { cmd: 'sleep 8' }] });
    expect(fromTheLog(remembered)).toEqual(reply);
  });

  it('of anything else is the reply itself', () => {
    const reply = accepted(new Scenario().create({ id: '/web', cmd: 'sleep 9' }));
    expect(fromTheLog(rememberedForm(reply))).toEqual(reply);
    expect(fromTheLog(rememberedForm({ kind: 'done' }))).toEqual({ kind: 'done' });
  });
});
