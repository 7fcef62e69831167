/** Every metric there is: name, kind, labels and what it says. Names are the predecessor's where it had one. */

export interface Metric {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in seconds, or in ms where the name says so. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 5, 10, 60, 300];

const counter = (help: string, ...labels: string[]): Metric => ({ kind: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): Metric => ({ kind: 'gauge', help, labels });
const seconds = (help: string, ...labels: string[]): Metric => ({ kind: 'histogram', help, labels, buckets: SECONDS });

export const catalogue: Readonly<Record<string, Metric>> = {
  bridge_app_version: counter('1 for the version that runs', 'version'),
  // Talk
  bridge_messages_total: counter('Messages carried or not, once for each room or channel they go to', 'direction', 'type', 'outcome'),
  bridge_message_latency_seconds: seconds('From the acceptance of a message until it was handed over; delivered ones only', 'direction', 'server'),
  bridge_matrix_request_seconds: seconds('Work on an event: success, dropped or fail; delayed and dead besides, after 10 s and 5 min', 'outcome'),
  bridge_remote_request_seconds: seconds('From an IRC line read to its Matrix event; outcomes as above', 'outcome'),
  bridge_irchandler_calls: counter('What was heard from IRC, each line once however many clients heard it', 'method'),
  bridge_dropped_total: counter('Messages and changes not carried, by why', 'reason'),
  bridge_lines_aside_total: counter('Lines of IRC that no room took, kept in aside.db, by why', 'reason'),
  bridge_rooms_gone_total: counter('Linked rooms that the homeserver had no more, and were unlinked'),
  bridge_faults_total: counter('Events whose carrying failed inside the bridge', 'direction'),
  // Rooms and people
  bridge_matrix_configured_rooms: gauge('Matrix rooms that are linked'),
  bridge_remote_configured_rooms: gauge('IRC channels that are linked'),
  bridge_matrix_ghosts: gauge('IRC users registered on Matrix, as far as this process has seen'),
  bridge_remote_ghosts: gauge('Matrix users who have an IRC client, connected or not'),
  bridge_remote_ghosts_max: gauge('maxClients of the configuration; 0: no limit', 'server'),
  bridge_matrix_rooms_by_age: gauge('Linked rooms, by when somebody on Matrix last talked there since the start', 'age'),
  bridge_remote_rooms_by_age: gauge('Linked channels, by when somebody on IRC last talked there since the start', 'age'),
  bridge_matrix_users_by_age: gauge('IRC users who talked since the start, by when they last did', 'age'),
  bridge_remote_users_by_age: gauge('Matrix users with an IRC client, by when they last talked since the start', 'age'),
  bridge_remote_monthly_active_users: gauge('Matrix users who talked within 30 days and since the start'),
  bridge_active_users: gauge('Who talked within userActivityThresholdHours and since the start; remote: IRC users', 'remote'),
  bridge_bridge_blocked: gauge('Always 0, for the predecessor\'s dashboards: RMAUlimit is not in force, so the bridge never stops talk for it'),
  bridge_irc_blocked_rooms: gauge('Always 0, for the predecessor\'s dashboards: requireMatrixJoined is not in force, so no room is kept from IRC', 'method'),
  // IRC
  bridge_clientpool_client_states: gauge('IRC clients by state: created (waits for its turn), connecting, connected', 'server', 'state'),
  bridge_clientpool_reconnect_queue: gauge('IRC clients that wait for their turn to connect', 'server'),
  bridge_irc_connection_time_ms: {
    kind: 'histogram',
    help: 'From the start of a connection to its welcome, in ms',
    labels: [],
    buckets: [100, 500, 1000, 2500, 10_000, 30_000],
  },
  bridge_matrixhandler_connection_failure_kicks: counter('People put out of a room because the network has banned them', 'server'),
  irc_faulty_lines_total: counter('IRC lines that no reader understood', 'server'),
  // The homeserver
  bridge_matrix_api_calls: counter('Requests to the homeserver', 'method'),
  bridge_matrix_api_calls_failed: counter('Requests to the homeserver that failed', 'method'),
  bridge_matrix_sends_found_back_total: counter('Sends without an answer that had come to be after all'),
  bridge_appservice_ping_ms: gauge('The last ping from here to the homeserver and back'),
  bridge_transactions_reused_total: counter('Transactions whose id came again with another content'),
  events_rejected_total: counter('What the homeserver sent and we cannot use', 'why'),
  // Strangers
  bridge_media_requests: counter('Requests for files and pages by people without accounts; none: they left before an answer', 'status'),
  bridge_media_bytes_total: counter('Bytes of files handed to people without accounts'),
  // Accounts
  bridge_synthetic_events: counter('What the homeserver told of accounts: done, late (taken in, nobody connected), ignored, excluded, rejected, failed, off', 'type', 'outcome'),
  bridge_synthetic_suspended_users: gauge('People kept off a network since they are logged out everywhere', 'server'),
  // The journal
  bridge_journal_faults_total: counter('Writes to the journal that failed', 'lane'),
  bridge_journal_refused_total: counter('Times that the journal took nothing more', 'reason'),
  bridge_journal_write_seconds: seconds('One write to the journal, with its sync'),
  bridge_journal_entries: gauge('Messages accepted and not done'),
  bridge_journal_bytes: gauge('Size of the journal on disk'),
  // This page
  metrics_worker_interval: gauge('Milliseconds between the last two readings of the figures'),
  metrics_worker_age_seconds: gauge('How old all of these are: more than 0 only on a port of their own, which shows the last ones while the bridge is too busy for new ones'),
};
