import {feishuOpenapi} from './feishu-openapi.ts';
import {traeOpenapi} from './trae-openapi.ts';
import type {SourceDefinition} from './types.ts';

/** Every source, by its subcommand. */
export const sources = {
	'feishu-openapi': feishuOpenapi,
	'trae-openapi': traeOpenapi,
} satisfies Record<string, SourceDefinition>;

export type SourceName = keyof typeof sources;
