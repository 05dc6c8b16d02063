/** What the options of `run` parse to. */
export interface RunCommandFlags {
	readonly config?: string;
	readonly profile?: string;
	readonly baseUrl?: string;
	readonly host?: string;
	readonly rate?: string;
	readonly dryRun?: boolean;
	readonly format?: string;
	readonly every?: string;
	readonly wait?: boolean;
	readonly summary?: string;
	readonly metrics?: string;
	readonly onFailure?: string;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
	readonly debug?: boolean;
	readonly progress?: boolean;
	readonly logFormat?: string;
}
