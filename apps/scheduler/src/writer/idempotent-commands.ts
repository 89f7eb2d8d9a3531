import { createHash } from 'node:crypto';
import { rememberedForm, replyFrom, type Reply, type Turn } from '#domain';
import type { ApiItem } from './inbox.js';

/**
 * Deciding a command with the same `Idempotency-Key` again gives the first answer again (`design.md` §4). The
 * answer is part of the log; only commands that were accepted are remembered, as a refusal changed nothing and
 * may be worth another try.
 */
export class IdempotentCommands {
  decide(turn: Turn, item: ApiItem, decide: () => Reply): Reply {
    const { idempotencyKey: key, actor } = item;
    const correlationId = key ?? turn.environment.newEventId();
    turn.attributeTo({ actor, correlationId, causationId: null });
    if (key === undefined) return decide();
    const fingerprint = createHash('sha256').update(JSON.stringify(item.command)).digest('base64url');
    const remembered = turn.state.replies.get(key);
    if (remembered !== undefined) {
      return remembered.fingerprint === fingerprint
        ? replyFrom(remembered.reply)
        : { kind: 'refused', code: 'IdempotencyKeyReused', key };
    }
    const reply = decide();
    if (reply.kind !== 'refused') {
      turn.emit({ type: 'CommandAccepted', data: { key, fingerprint, reply: rememberedForm(reply) } });
    }
    return reply;
  }
}
