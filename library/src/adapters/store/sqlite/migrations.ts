/**
 * The schema, as numbered steps. The law: a step that was released is never changed, only followed by another.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'

/** "tcrb": tells our files from other programs' databases. */
export const APPLICATION_ID = 0x74637262

/**
 * Events are a plain table in order of commit with a small index beside it: a batch for many threads then writes a few
 * pages at the table's end, instead of one page for each thread.
 */
const steps: readonly string[] = [
  `CREATE TABLE threads (
     thread_key INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     thread_id TEXT NOT NULL,
     title TEXT NOT NULL,
     folded_title TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     last_seq INTEGER NOT NULL DEFAULT 0,
     active_run TEXT,
     UNIQUE (tenant, user, thread_id)
   ) STRICT;

   CREATE TABLE events (
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     seq INTEGER NOT NULL,
     at INTEGER NOT NULL,
     event TEXT NOT NULL,
     PRIMARY KEY (thread_key, seq)
   ) STRICT;

   CREATE TABLE texts (
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     seq INTEGER NOT NULL,
     folded TEXT NOT NULL,
     PRIMARY KEY (thread_key, seq)
   ) STRICT;

   CREATE TABLE outputs (
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     handle TEXT NOT NULL,
     PRIMARY KEY (thread_key, handle)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE runs (
     run_id TEXT NOT NULL,
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     idempotency_key TEXT NOT NULL,
     message_id TEXT NOT NULL,
     agent TEXT NOT NULL,
     principal TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     node TEXT NOT NULL,
     lease_until REAL NOT NULL,
     outcome TEXT,
     usage TEXT,
     ended_at INTEGER,
     PRIMARY KEY (run_id, tenant, user),
     UNIQUE (thread_key, idempotency_key)
   ) STRICT;
   CREATE INDEX runs_at_work_by_owner ON runs (tenant, user) WHERE outcome IS NULL;
   CREATE INDEX runs_at_work_by_lease ON runs (lease_until) WHERE outcome IS NULL;

   CREATE TABLE approvals (
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     approval_id TEXT NOT NULL,
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     run_id TEXT NOT NULL,
     seq INTEGER NOT NULL,
     request TEXT NOT NULL,
     wrapping TEXT NOT NULL,
     status TEXT NOT NULL,
     PRIMARY KEY (tenant, user, approval_id)
   ) STRICT;
   CREATE INDEX approvals_by_thread ON approvals (thread_key, seq);

   CREATE TABLE records (
     record_key INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     collection TEXT NOT NULL,
     id TEXT NOT NULL,
     value TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     UNIQUE (tenant, user, collection, id)
   ) STRICT;
   CREATE INDEX records_by_id ON records (tenant, user, id);`,

  `ALTER TABLE threads ADD COLUMN pen TEXT;
   ALTER TABLE threads ADD COLUMN pen_seq INTEGER;

   ALTER TABLE runs ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN stopping INTEGER NOT NULL DEFAULT 0;

   CREATE TABLE call_inputs (
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     run_id TEXT NOT NULL,
     call_id TEXT NOT NULL,
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     input TEXT NOT NULL,
     PRIMARY KEY (tenant, user, run_id, call_id)
   ) STRICT, WITHOUT ROWID;`,

  // Sign-outs were records of their users before.
  `CREATE TABLE revocations (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant TEXT NOT NULL,
     user TEXT,
     token_id TEXT,
     at INTEGER NOT NULL,
     until INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX revocations_by_token ON revocations (tenant, user, token_id);
   CREATE INDEX revocations_by_end ON revocations (until);

   INSERT INTO revocations (tenant, user, token_id, at, until)
   SELECT tenant, user, id, created_at, coalesce(value ->> 'expiresAt', created_at + 31536000000)
   FROM records WHERE collection = 'signed_out_sessions';
   DELETE FROM records WHERE collection = 'signed_out_sessions';`,

  `CREATE TABLE attachments (
     attachment_key INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     attachment_id TEXT NOT NULL,
     name TEXT NOT NULL,
     media_type TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     UNIQUE (tenant, user, attachment_id)
   ) STRICT;
   CREATE INDEX attachments_by_age ON attachments (tenant, user, created_at, bytes);

   CREATE TABLE attachment_pieces (
     attachment_key INTEGER NOT NULL REFERENCES attachments ON DELETE CASCADE,
     number INTEGER NOT NULL,
     data BLOB NOT NULL,
     PRIMARY KEY (attachment_key, number)
   ) STRICT;

   CREATE TABLE attachment_uses (
     thread_key INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE,
     attachment_key INTEGER NOT NULL REFERENCES attachments ON DELETE CASCADE,
     PRIMARY KEY (thread_key, attachment_key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX attachment_uses_by_attachment ON attachment_uses (attachment_key);`,

  // Who finds which open approval in their inbox.
  `CREATE INDEX approvals_by_id ON approvals (tenant, approval_id);

   CREATE TABLE approvers (
     tenant TEXT NOT NULL,
     address TEXT NOT NULL,
     requested_at INTEGER NOT NULL,
     approval_id TEXT NOT NULL,
     user TEXT NOT NULL,
     PRIMARY KEY (tenant, address, requested_at, approval_id, user),
     FOREIGN KEY (tenant, user, approval_id) REFERENCES approvals ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX approvers_by_approval ON approvers (tenant, user, approval_id);

   INSERT INTO approvers (tenant, address, requested_at, approval_id, user)
   SELECT approvals.tenant, 'user:' || approvals.user, events.at, approval_id, approvals.user
   FROM approvals JOIN events ON events.thread_key = approvals.thread_key AND events.seq = approvals.seq
   WHERE status = 'open';

   CREATE TRIGGER approvers_are_of_open_approvals AFTER UPDATE OF status ON approvals WHEN NEW.status <> 'open' BEGIN
     DELETE FROM approvers WHERE tenant = NEW.tenant AND user = NEW.user AND approval_id = NEW.approval_id;
   END;`,

  // Counters of owners outlive their threads. Per tenant, `user` is empty; of what all tools used together, `tool` is.
  `CREATE TABLE usage (
     tenant TEXT NOT NULL,
     per TEXT NOT NULL,
     user TEXT NOT NULL,
     window TEXT NOT NULL,
     starts_at INTEGER NOT NULL,
     tool TEXT NOT NULL,
     steps INTEGER NOT NULL,
     calls INTEGER NOT NULL,
     tokens INTEGER NOT NULL,
     cost_micros INTEGER NOT NULL,
     run_ms INTEGER NOT NULL,
     PRIMARY KEY (tenant, per, user, tool, window, starts_at)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE reservations (
     tenant TEXT NOT NULL,
     user TEXT NOT NULL,
     run_id TEXT NOT NULL,
     holder TEXT NOT NULL,
     resource TEXT NOT NULL,
     tool TEXT NOT NULL,
     amount INTEGER NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (tenant, user, run_id, holder, resource)
   ) STRICT, WITHOUT ROWID;`,

  // Chosen by whoever sent the message; without one it is the agent's own.
  `ALTER TABLE runs ADD COLUMN chosen_model TEXT;`,

  // On record for good: it hangs on no thread. What has no tenant is the house's.
  `CREATE TABLE audit (
     number INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     tenant TEXT,
     user TEXT,
     done_by TEXT,
     run_id TEXT,
     call_id TEXT,
     tool TEXT,
     outcome TEXT,
     facts TEXT NOT NULL,
     hash TEXT NOT NULL
   ) STRICT;
   CREATE INDEX audit_by_tenant ON audit (tenant);
   CREATE INDEX audit_by_user ON audit (user, tenant) WHERE user IS NOT NULL;
   CREATE INDEX audit_by_run ON audit (run_id) WHERE run_id IS NOT NULL;
   CREATE INDEX audit_by_call ON audit (call_id) WHERE call_id IS NOT NULL;`,

  // What a list of runs tells of each; of those from before, as far as their log does.
  `ALTER TABLE runs ADD COLUMN model TEXT;
   ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN used_steps INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN used_calls INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN used_tokens INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runs ADD COLUMN used_cost_micros INTEGER NOT NULL DEFAULT 0;

   CREATE INDEX runs_by_start ON runs (started_at, run_id);
   CREATE INDEX runs_by_tenant ON runs (tenant, started_at, run_id);
   CREATE INDEX runs_by_user ON runs (user, started_at, run_id);
   CREATE INDEX threads_by_id ON threads (thread_id);

   CREATE TEMP TABLE told AS
   SELECT thread_key, run_id, min(seq) AS first_seq, max(seq) AS last_seq, max(model) AS model,
     coalesce(max(attempt), 0) AS attempts, count(*) FILTER (WHERE type = 'step_completed') AS steps
   FROM (SELECT thread_key, seq, event ->> 'runId' AS run_id, event ->> 'type' AS type, event ->> 'model' AS model,
     event ->> 'attempt' AS attempt FROM events)
   GROUP BY thread_key, run_id;

   UPDATE runs SET first_seq = told.first_seq, last_seq = told.last_seq, model = told.model, attempts = told.attempts,
     used_steps = told.steps, used_calls = coalesce(usage ->> 'calls', 0),
     used_tokens = coalesce((usage ->> 'inputTokens') + (usage ->> 'outputTokens'), 0),
     used_cost_micros = coalesce(usage ->> 'costMicros', 0)
   FROM temp.told WHERE told.thread_key = runs.thread_key AND told.run_id = runs.run_id;
   DROP TABLE temp.told;`,

  // Made with the store, and the same for all who share it.
  `CREATE TABLE store_keys (name TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT;
   INSERT INTO store_keys (name, key) VALUES ('input_hash', randomblob(32));`,

  // Those who may answer as well are told who did. Of what was answered before, the log alone says it.
  'ALTER TABLE approvals ADD COLUMN answered_by TEXT;',

  // A name that people of many tenants have, and many runs that wait, are not gone through to list a few.
  `DROP INDEX runs_by_user;
   CREATE INDEX runs_by_user ON runs (user, tenant, started_at, run_id);
   CREATE INDEX runs_at_work_by_start ON runs (started_at, run_id) WHERE outcome IS NULL;`,
]

export const SCHEMA_VERSION: number = steps.length

/** Each step in a transaction of its own, with the number it leads to. */
export function migrate(database: DatabaseSync, from: number, to: number = SCHEMA_VERSION): void {
  for (const [index, sql] of steps.entries()) {
    if (index < from || index >= to) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(sql)
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
