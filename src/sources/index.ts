import {feishuApaasDataChange} from './feishu-apaas-data-change.ts';
import {feishuApaas} from './feishu-apaas.ts';
import {feishuBehavior} from './feishu-behavior.ts';
import {feishuDlp} from './feishu-dlp.ts';
import {feishuOpenapi} from './feishu-openapi.ts';
import {traeOpenapi} from './trae-openapi.ts';
import type {SourceDefinition} from './types.ts';

/** Every source, by its subcommand. */
export const sources = {
	'feishu-openapi': feishuOpenapi,
	'trae-openapi': traeOpenapi,
	'feishu-apaas': feishuApaas,
	'feishu-apaas-data-change': feishuApaasDataChange,
	'feishu-behavior': feishuBehavior,
	'feishu-dlp': feishuDlp,
} satisfies Record<string, SourceDefinition>;
