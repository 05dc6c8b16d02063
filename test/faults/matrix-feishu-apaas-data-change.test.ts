import {testColumn} from './matrix.ts';

testColumn('feishu-apaas-data-change');
