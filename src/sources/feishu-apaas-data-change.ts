import {apaasColumns, apaasEvents, apaasLabels, apaasLog, apaasSample} from './apaas-log.ts';
import {defineSource} from './types.ts';

const dataChanges = '10007';

/**
 * Data-change log of the Feishu low-code platform (aPaaS).
 * https://open.feishu.cn/document/apaas-v1/application-audit_log/data_change_logs_list
 */
export const feishuApaasDataChange = defineSource({
	...apaasLog,
	name: 'feishu-apaas-data-change',
	title: 'Feishu low-code platform data-change log: old and new values of the records in its apps',
	docs: 'https://open.feishu.cn/document/apaas-v1/application-audit_log/data_change_logs_list',
	endpoint: {method: 'GET', path: '/open-apis/apaas/v1/applications/:namespace/audit_log/data_change_logs_list'},
	parameters: {
		...apaasLog.parameters,
		log_type: {type: 'string', required: true, values: [dataChanges]},
		from: {type: 'int', min: 0},
		to: {type: 'int', min: 0},
	},
	constants: {log_type: dataChanges, sort_by: 'opTime', sort_order: 'asc'},
	columns: apaasColumns,
	labels: {log_type: {[dataChanges]: {en: 'Data change', zh: '数据变更日志'}}, ...apaasLabels},
	// No class tells of changed values.
	ocsf: {common: apaasEvents},
});

/** Rows for the sandbox. */
export const feishuApaasDataChangeSample = apaasSample([dataChanges]);
