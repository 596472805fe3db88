import type { TestTables } from './dynamodb.ts';

const nowhere: TestTables = {
  authTable: 'auth',
  usersTable: 'users',
  conversationsTable: 'conversations',
  messagesTable: 'messages',
  connectionsTable: 'connections',
  moderationTable: 'moderation',
};

/** What the variables of all functions are in tests: good values that lead nowhere but to these tables. */
export function functionVariables(tables = nowhere): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    LOG_LEVEL: 'SILENT',
    AUTH_TABLE: tables.authTable,
    USERS_TABLE: tables.usersTable,
    CONVERSATIONS_TABLE: tables.conversationsTable,
    MESSAGES_TABLE: tables.messagesTable,
    CONNECTIONS_TABLE: tables.connectionsTable,
    MODERATION_TABLE: tables.moderationTable,
    WEBSOCKET_URL: 'wss://socket.example.org/live',
    TOKEN_ISSUER: 'https://chat.example.org',
    SIGNING_SECRET_ID: 'confab/signing',
    MESSAGE_QUEUE_URL: 'https://sqs.example/queue.fifo',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.example/dead.fifo',
    MAX_RECEIVE_COUNT: '10',
    ACCOUNT_EVENTS_QUEUE_URL: 'https://sqs.example/account-events',
    PRESENCE_QUEUE_URL: 'https://sqs.example/presence-checks',
    NOTICE_QUEUE_URL: 'https://sqs.example/notices',
    RECONNECT_AFTER_SECONDS: '6000',
    EDGE_SECRET_ID: 'confab/edge',
    FACTOR_SECRET_ID: 'confab/factor',
    ALLOWED_ORIGINS: 'https://chat.example.org,http://127.0.0.1:8080',
    CONNECTIONS_PER_USER_MAX: '20',
    MAIL_FROM: 'Confab <confab@example.org>',
    WEB_URL: 'https://chat.example.org',
    ADMIN_EMAILS: 'admin@example.org',
    WEBHOOK_QUEUE_URL: 'https://sqs.example/webhook-deliveries',
    WEBHOOK_TARGETS: 'public',
  };
}
