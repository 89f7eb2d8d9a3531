export {
  AUDIT_FORMAT,
  auditedForm,
  CHAIN_BEGIN,
  endLine,
  headLine,
  LOG_NAME,
  type AuditHead,
} from './audit/audit-line.js';
export { AuditVerifier, verifyAudit, type AuditFinding, type AuditVerdict } from './audit/verify-audit.js';
export { linesOf } from './audit/lines-of.js';
export { commandSummary, type Former } from './describing/command-summary.js';
export { isChange, subjectsOf } from './describing/subjects-of.js';
export { openHistory } from './open-history.js';
export * from './port.js';
export { explainApp, type AppFacts } from './why/app-why.js';
export type { Explanation, FunnelStage, Sentence, SentenceKind, Standing } from './why/explanation.js';
export { who } from './why/words.js';
export { explainInstance, type InstanceFacts } from './why/instance-why.js';
export * from './diff/index.js';
