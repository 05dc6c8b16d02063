/** What the configuration lets the options of one source default to, by the keys that it has there; checked when the file is read. */
export interface SourceDefaults {
	readonly format?: 'ndjson' | 'json' | 'csv' | 'table' | undefined;
	readonly fields?: readonly string[] | undefined;
	readonly order?: 'time' | 'served' | undefined;
	readonly page_size?: number | undefined;
	readonly window?: string | undefined;
	readonly rate?: string | undefined;
	readonly concurrency?: number | undefined;
	readonly timeout?: string | undefined;
	readonly retries?: number | undefined;
	readonly max_response?: string | undefined;
	readonly redact?: readonly string[] | undefined;
	readonly redact_secrets?: boolean | undefined;
	readonly timezone?: string | undefined;
	readonly offset_counts?: 'rows' | 'pages' | undefined;
}
