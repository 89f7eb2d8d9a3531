/** How a call ended (`spec/mesos-client.md §2.1`, §25.1). It is never sent a second time. */
export type CallResult =
  /** Parsed and validated by the master, not necessarily performed. */
  | { outcome: 'accepted'; status: number }
  /** Refused; nothing was performed. */
  | { outcome: 'rejected'; status: number; text: string }
  /** Not performed, since its subscription has ended: derive it anew from state after the next SUBSCRIBED. */
  | { outcome: 'stale'; reason: string }
  /** It may or may not have been performed: reconcile what it was about. */
  | { outcome: 'unknown'; reason: string };

/** What an answer means for the session besides the call's own result. */
export type CallVerdict =
  | { kind: 'none' }
  /** Refused for what it says: a mistake of ours, or an ACL. */
  | { kind: 'rejected' }
  | { kind: 'sessionStale' }
  | { kind: 'leadershipMoved' }
  /** Wait with further calls: credentials are wrong, or a proxy asks for it. */
  | { kind: 'pause'; alert: boolean }
  | { kind: 'unknownOutcome' };

/** What an answer means for its call and for the session. */
export interface Judgement {
  readonly result: CallResult;
  readonly verdict: CallVerdict;
}

/** What nearly every answer means. */
const ACCEPTED_STATUS = 202;
const ACCEPTED: Judgement = {
  result: { outcome: 'accepted', status: ACCEPTED_STATUS },
  verdict: { kind: 'none' },
};

/** Bodies that say that the session is over; other 400 and 403 answers are about the call itself. */
const STALE_TEXTS: readonly (readonly [status: number, text: RegExp])[] = [
  [400, /^Framework cannot be found/u],
  [403, /^Framework is not subscribed/u],
  [400, /^The stream ID '.*' included in this request didn't match/u],
  [400, /^All non-subscribe calls should include the 'Mesos-Stream-Id' header/u],
];

/** The table "Code on other calls" of `spec/mesos-client.md §2.1`. */
export function judgeAnswer(status: number, text: string, callType: string): Judgement {
  if (status === ACCEPTED_STATUS) {
    return ACCEPTED;
  }
  if (status >= 200 && status < 300) {
    return { result: { outcome: 'accepted', status }, verdict: { kind: 'none' } };
  }
  if (status === 307 || status === 503) {
    const reason = `the master does not lead: ${status} ${text}`;
    return { result: { outcome: 'stale', reason }, verdict: { kind: 'leadershipMoved' } };
  }
  if (STALE_TEXTS.some(([code, pattern]) => code === status && pattern.test(text))) {
    return { result: { outcome: 'stale', reason: text }, verdict: { kind: 'sessionStale' } };
  }
  if (status >= 500 && status !== 501) {
    const reason = `the master answered ${status} ${text}`;
    return { result: { outcome: 'unknown', reason }, verdict: { kind: 'unknownOutcome' } };
  }
  const result: CallResult = { outcome: 'rejected', status, text };
  // An UPDATE_FRAMEWORK that the ACLs forbid says nothing about the credentials (§9.9).
  if (status === 401 || (status === 403 && callType !== 'UPDATE_FRAMEWORK')) {
    return { result, verdict: { kind: 'pause', alert: true } };
  }
  return { result, verdict: status === 429 ? { kind: 'pause', alert: false } : { kind: 'rejected' } };
}
