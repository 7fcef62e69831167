/** Every metric there is: name, kind, labels and what it says. Names are the predecessor's where it had one. */

export interface Metric {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 5, 10, 60, 300];

const counter = (help: string, ...labels: string[]): Metric => ({ kind: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): Metric => ({ kind: 'gauge', help, labels });
const seconds = (help: string, ...labels: string[]): Metric => ({ kind: 'histogram', help, labels, buckets: SECONDS });

export const catalogue: Readonly<Record<string, Metric>> = {
  bridge_messages_total: counter('Messages carried or not', 'direction', 'type', 'outcome'),
  bridge_matrix_request_seconds: seconds('From an event taken up to its last IRC line', 'outcome'),
  bridge_remote_request_seconds: seconds('From an IRC line read to its Matrix event', 'outcome'),
  bridge_dropped_total: counter('Messages and changes not carried, by why', 'reason'),
  bridge_faults_total: counter('Events whose carrying failed inside the bridge', 'direction'),
  bridge_journal_faults_total: counter('Writes to the journal that failed', 'lane'),
  bridge_journal_refused_total: counter('Times that the journal took nothing more', 'reason'),
  bridge_journal_write_seconds: seconds('One write to the journal, with its sync'),
  bridge_journal_entries: gauge('Messages accepted and not done'),
  bridge_journal_bytes: gauge('Size of the journal on disk'),
  bridge_matrix_api_calls: counter('Requests to the homeserver', 'method'),
  bridge_matrix_api_calls_failed: counter('Requests to the homeserver that failed', 'method'),
  bridge_matrix_sends_found_back_total: counter('Sends without an answer that had come to be after all'),
  bridge_appservice_ping_ms: gauge('The last ping from here to the homeserver and back'),
  bridge_transactions_reused_total: counter('Transactions whose id came again with another content'),
  events_rejected_total: counter('What the homeserver sent and we cannot use', 'why'),
  irc_faulty_lines_total: counter('IRC lines that no reader understood', 'server'),
  bridge_unhandled_total: counter('Promise rejections that nobody took: always a bug'),
};
