import {testColumn} from './matrix.ts';

testColumn('feishu-behavior');
