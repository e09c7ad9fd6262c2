BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE arms (
	id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	kind VARCHAR(9) NOT NULL, 
	description TEXT NOT NULL, 
	training_summary TEXT NOT NULL, 
	generated INTEGER, 
	rejected INTEGER, 
	rejection_rule TEXT NOT NULL, 
	licence TEXT NOT NULL, 
	attribution TEXT NOT NULL, 
	bank_name VARCHAR(200) NOT NULL, 
	details JSON NOT NULL, 
	imported_at DATETIME NOT NULL, 
	CONSTRAINT pk_arms PRIMARY KEY (id), 
	CONSTRAINT ck_arms_kind CHECK (kind IN ('real', 'synthetic')), 
	CONSTRAINT uq_arms_key UNIQUE ("key")
);
INSERT INTO "arms" VALUES(1,'real','Real radiographs','real','','',NULL,NULL,'','','','Trial bank','{}','2026-11-24 09:30:00.000000');
INSERT INTO "arms" VALUES(2,'M0','M0: foundation model','synthetic','','',20,8,'','','','Trial bank','{}','2026-11-24 09:30:00.000000');
INSERT INTO "arms" VALUES(3,'M1','M1: LoRA','synthetic','','',NULL,NULL,'','','','Trial bank','{}','2026-11-24 09:30:00.000000');
CREATE TABLE cases (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	is_practice BOOLEAN NOT NULL, 
	is_replicated BOOLEAN NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (id), 
	CONSTRAINT fk_cases_image_id_images FOREIGN KEY(image_id) REFERENCES images (id), 
	CONSTRAINT fk_cases_study_id_studies FOREIGN KEY(study_id) REFERENCES studies (id), 
	CONSTRAINT uq_cases_study_id_code UNIQUE (study_id, code), 
	CONSTRAINT uq_cases_study_id_image_id UNIQUE (study_id, image_id)
);
INSERT INTO "cases" VALUES(1,1,12,'C0001',0,1);
INSERT INTO "cases" VALUES(2,1,31,'C0002',0,0);
INSERT INTO "cases" VALUES(3,1,30,'C0003',0,1);
INSERT INTO "cases" VALUES(4,1,20,'C0004',0,0);
INSERT INTO "cases" VALUES(5,1,16,'C0005',0,0);
INSERT INTO "cases" VALUES(6,1,10,'C0006',0,0);
INSERT INTO "cases" VALUES(7,1,22,'C0007',0,0);
INSERT INTO "cases" VALUES(8,1,14,'C0008',0,1);
INSERT INTO "cases" VALUES(9,1,1,'C0009',0,0);
INSERT INTO "cases" VALUES(10,1,5,'C0010',0,0);
INSERT INTO "cases" VALUES(11,1,33,'C0011',0,0);
INSERT INTO "cases" VALUES(12,1,26,'C0012',0,0);
INSERT INTO "cases" VALUES(13,1,4,'P0001',1,0);
INSERT INTO "cases" VALUES(14,1,8,'P0002',1,0);
INSERT INTO "cases" VALUES(15,2,12,'C0001',0,0);
INSERT INTO "cases" VALUES(16,2,31,'C0002',0,0);
INSERT INTO "cases" VALUES(17,2,30,'C0003',0,0);
INSERT INTO "cases" VALUES(18,2,20,'C0004',0,0);
INSERT INTO "cases" VALUES(19,2,16,'C0005',0,0);
INSERT INTO "cases" VALUES(20,2,10,'C0006',0,0);
INSERT INTO "cases" VALUES(21,2,22,'C0007',0,0);
INSERT INTO "cases" VALUES(22,2,14,'C0008',0,0);
INSERT INTO "cases" VALUES(23,2,1,'C0009',0,0);
INSERT INTO "cases" VALUES(24,2,5,'C0010',0,0);
INSERT INTO "cases" VALUES(25,2,33,'C0011',0,0);
INSERT INTO "cases" VALUES(26,2,26,'C0012',0,0);
INSERT INTO "cases" VALUES(27,3,32,'C0001',0,0);
INSERT INTO "cases" VALUES(28,3,13,'C0002',0,0);
INSERT INTO "cases" VALUES(29,3,12,'C0003',0,0);
INSERT INTO "cases" VALUES(30,3,28,'C0004',0,0);
INSERT INTO "cases" VALUES(31,3,27,'C0005',0,0);
INSERT INTO "cases" VALUES(32,3,4,'C0006',0,0);
INSERT INTO "cases" VALUES(33,3,36,'C0007',0,0);
INSERT INTO "cases" VALUES(34,3,15,'C0008',0,0);
INSERT INTO "cases" VALUES(35,3,9,'C0009',0,0);
INSERT INTO "cases" VALUES(36,3,20,'C0010',0,0);
INSERT INTO "cases" VALUES(37,3,19,'C0011',0,0);
INSERT INTO "cases" VALUES(38,3,3,'C0012',0,0);
INSERT INTO "cases" VALUES(39,5,36,'C0001',0,0);
INSERT INTO "cases" VALUES(40,5,22,'C0002',0,0);
INSERT INTO "cases" VALUES(41,5,17,'C0003',0,1);
INSERT INTO "cases" VALUES(42,5,30,'C0004',0,1);
INSERT INTO "cases" VALUES(43,5,35,'C0005',0,0);
INSERT INTO "cases" VALUES(44,5,10,'C0006',0,1);
INSERT INTO "cases" VALUES(45,5,5,'C0007',0,0);
INSERT INTO "cases" VALUES(46,5,19,'C0008',0,0);
INSERT INTO "cases" VALUES(47,5,1,'C0009',0,0);
INSERT INTO "cases" VALUES(48,5,13,'C0010',0,0);
INSERT INTO "cases" VALUES(49,5,25,'C0011',0,0);
INSERT INTO "cases" VALUES(50,5,8,'C0012',0,0);
INSERT INTO "cases" VALUES(51,5,2,'P0001',1,0);
INSERT INTO "cases" VALUES(52,5,32,'P0002',1,0);
CREATE TABLE events (
	id INTEGER NOT NULL, 
	study_id INTEGER, 
	at DATETIME NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id), 
	CONSTRAINT fk_events_study_id_studies FOREIGN KEY(study_id) REFERENCES studies (id)
);
INSERT INTO "events" VALUES(1,NULL,'2026-11-24 09:30:00.000000','command line','imported','{"bank": "Trial bank", "added": {"real": 12, "M0": 12, "M1": 12}, "already_present": 0, "refreshed": 0, "refused": 0}');
INSERT INTO "events" VALUES(2,1,'2026-11-24 09:30:00.000000','test','created','{}');
INSERT INTO "events" VALUES(3,1,'2026-11-24 09:30:00.000000','test','opened','{"design_sha256": "9603e929592c2a7e7e05682d7b6f6f7c4a98888e7d46248eab09e57ca3073e1c", "cases_sha256": "c95c4c582f6a781af0e41065298d8f05e063be5dc3538b4afb33284962d84250", "warnings": []}');
INSERT INTO "events" VALUES(4,1,'2026-11-24 09:30:00.000000','test','invited','{"readers": ["R01", "R02", "R03"]}');
INSERT INTO "events" VALUES(5,1,'2026-11-24 09:30:00.000000','test','closed','{}');
INSERT INTO "events" VALUES(6,2,'2026-11-24 09:30:00.000000','test','created','{}');
INSERT INTO "events" VALUES(7,2,'2026-11-24 09:30:00.000000','test','opened','{"design_sha256": "e4789047965b36ad0f766cb46840e51201478c0b94ca4ed2778cd66875a1400c", "cases_sha256": "e998af316aab024f2e11cf685bd3bd74e3f07ffcd99e44ed724dad7e6b021431", "warnings": []}');
INSERT INTO "events" VALUES(8,2,'2026-11-24 09:30:00.000000','test','invited','{"readers": ["R01", "R02"]}');
INSERT INTO "events" VALUES(9,2,'2026-11-24 09:30:00.000000','test','closed','{}');
INSERT INTO "events" VALUES(10,3,'2026-11-24 09:30:00.000000','test','created','{}');
INSERT INTO "events" VALUES(11,3,'2026-11-24 09:30:00.000000','test','opened','{"design_sha256": "3f35a4b6b104c8baa02180b3637ca65c60dd927cd85824364539d243c87099fc", "cases_sha256": "1bd2ceb2e8aee52d9e82ab9defd632ebf3b4a9ffda55374975c90d5156250363", "warnings": []}');
INSERT INTO "events" VALUES(12,3,'2026-11-24 09:30:00.000000','test','invited','{"readers": ["R01", "R02"]}');
INSERT INTO "events" VALUES(13,4,'2026-11-24 09:30:00.000000','test','created','{}');
INSERT INTO "events" VALUES(14,5,'2026-11-24 09:30:00.000000','test','rehearsed','{"rehearsal_of": "trial-study", "readers": 4, "seed": 3}');
INSERT INTO "events" VALUES(15,1,'2026-11-24 09:30:00.000000','test','exported','{}');
INSERT INTO "events" VALUES(16,2,'2026-11-24 09:30:00.000000','test','exported','{}');
INSERT INTO "events" VALUES(17,3,'2026-11-24 09:30:00.000000','test','exported while not closed','{}');
INSERT INTO "events" VALUES(18,5,'2026-11-24 09:30:00.000000','test','exported','{}');
CREATE TABLE images (
	id INTEGER NOT NULL, 
	arm_id INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	condition VARCHAR(8) NOT NULL, 
	source_file TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	provenance JSON NOT NULL, 
	imported_at DATETIME NOT NULL, 
	CONSTRAINT pk_images PRIMARY KEY (id), 
	CONSTRAINT ck_images_condition CHECK (condition IN ('normal', 'abnormal')), 
	CONSTRAINT fk_images_arm_id_arms FOREIGN KEY(arm_id) REFERENCES arms (id), 
	CONSTRAINT uq_images_arm_id_sha256 UNIQUE (arm_id, sha256)
);
INSERT INTO "images" VALUES(1,1,'d0008ce650b8a751bcc9676347d490b12191df940dfeecaf2e42052e06d375b2','normal','images/real/normal-0.png',64,64,'{"prompt": "secret prompt of real", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(2,1,'607b252b661f07ae9440cb1e0d3196a6d1d4e02d29b4bea71469b9275b4086f9','normal','images/real/normal-1.png',64,64,'{"prompt": "secret prompt of real", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(3,1,'8cdf87c5785f1b9d48b6a92397883c887f424270c1969667eeaeddd3231c28f1','normal','images/real/normal-2.png',64,64,'{"prompt": "secret prompt of real", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(4,1,'c17ff47ef41685a8ed74a23027a7b262965128f99ba00e398b135f65636aeb82','normal','images/real/normal-3.png',64,64,'{"prompt": "secret prompt of real", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(5,1,'2d2a4109f38b34125de8523f524fd40e32baf603f565b8ca4f304e2b34ff9e33','normal','images/real/normal-4.png',64,64,'{"prompt": "secret prompt of real", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(6,1,'947fe1c39acb37466c4ae826e443bce1bdf5523530f275c3b4ffedfade8122da','normal','images/real/normal-5.png',64,64,'{"prompt": "secret prompt of real", "seed": 5}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(7,1,'9aee5e2d68670b784e7c88ee85b8883f564548b7a6747a7cbaa3fb9b901839c5','abnormal','images/real/abnormal-0.png',64,64,'{"prompt": "secret prompt of real", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(8,1,'ac462eb65db6a5cc9e2b228ec11b8c7d77bee17e18057cf702bbe0310c32015b','abnormal','images/real/abnormal-1.png',64,64,'{"prompt": "secret prompt of real", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(9,1,'c33eca340dc9b1828b38f735b5929bf36b854079c2172e2330291d93078a2f24','abnormal','images/real/abnormal-2.png',64,64,'{"prompt": "secret prompt of real", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(10,1,'75482f9886f9c7aba1c20b03d26e1234b78b5f9a39b355540e90d39cc48873c1','abnormal','images/real/abnormal-3.png',64,64,'{"prompt": "secret prompt of real", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(11,1,'f6fe9e306095b321e81b4b3b3d88079bca2695673fe9d1bc0752d2ced988b158','abnormal','images/real/abnormal-4.png',64,64,'{"prompt": "secret prompt of real", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(12,1,'eff4075c4582bd6919ec0e3baab22b600bce5092417e3b431703a03a85e57f7f','abnormal','images/real/abnormal-5.png',64,64,'{"prompt": "secret prompt of real", "seed": 5}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(13,2,'c001cc2d26c8757ede383419525bb8a8b33ab976a165b4d56447ff956aac5a95','normal','images/M0/normal-0.png',64,64,'{"prompt": "secret prompt of M0", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(14,2,'e1a993654e7e14427b63dde8d08795fc0206684169f85607f4b40e1b91cd520e','normal','images/M0/normal-1.png',64,64,'{"prompt": "secret prompt of M0", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(15,2,'437ae57d9d3400d73f59ff7080e47422f8d9a172a0a2f8bf64fc42a718bbb17e','normal','images/M0/normal-2.png',64,64,'{"prompt": "secret prompt of M0", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(16,2,'63497fc37f4e87e5c6303405f693389e9ed77275651277a51c03ff2892dae8cf','normal','images/M0/normal-3.png',64,64,'{"prompt": "secret prompt of M0", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(17,2,'b42938e2fa0feeadb7ec932ca8dd3566951cb33dc3d1cd269161f7450fe22d66','normal','images/M0/normal-4.png',64,64,'{"prompt": "secret prompt of M0", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(18,2,'09c6433e446580032497c15b30e09a1621c26573e7ae5bfae2ba1fc3407cf7ed','normal','images/M0/normal-5.png',64,64,'{"prompt": "secret prompt of M0", "seed": 5}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(19,2,'24f14bb0381d42e02348a959f9923859fc5c6ef0eb9ca6b8caaa2038aa6792af','abnormal','images/M0/abnormal-0.png',64,64,'{"prompt": "secret prompt of M0", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(20,2,'241acc4e3773d9a16845e34ce93d6c075c1cd3ab1dbea9590b6da6f0c78cc09d','abnormal','images/M0/abnormal-1.png',64,64,'{"prompt": "secret prompt of M0", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(21,2,'c359a4b590f8fc0d2375732ea17269262c6c8f98ecba9f78533199e52a9d389f','abnormal','images/M0/abnormal-2.png',64,64,'{"prompt": "secret prompt of M0", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(22,2,'63aafd71315faab3be93d9d8874263ef8e0662d60375c469c5f4b23954678c72','abnormal','images/M0/abnormal-3.png',64,64,'{"prompt": "secret prompt of M0", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(23,2,'ddd3b3ea404bf010efb7e4bb77f2c1fd8ad1db0c18a94b8dcfe4357dc1746739','abnormal','images/M0/abnormal-4.png',64,64,'{"prompt": "secret prompt of M0", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(24,2,'16a66914d809ea294dddd8c4ddc7a6b89b29d4dec35e0881acde1102c3bb2ea9','abnormal','images/M0/abnormal-5.png',64,64,'{"prompt": "secret prompt of M0", "seed": 5}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(25,3,'cd75a63088ae632204e342e68f25d599c7add9d2bd74d8fa2b7d1d3a98de46c6','normal','images/M1/normal-0.png',64,64,'{"prompt": "secret prompt of M1", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(26,3,'628959502d29dbbdde02b06c1ae399fc18e48fae6151544e170a9b256e79fbfb','normal','images/M1/normal-1.png',64,64,'{"prompt": "secret prompt of M1", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(27,3,'b988e7925b39586c8b3b028220ef54c061a64cff1ed22949785ece2d27317f00','normal','images/M1/normal-2.png',64,64,'{"prompt": "secret prompt of M1", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(28,3,'f3b2f90e5adfec81ea42ebd10ca09a526e94bbde210d6c494f3af8efce65dc84','normal','images/M1/normal-3.png',64,64,'{"prompt": "secret prompt of M1", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(29,3,'3955c623b9d8465fc5275b48ee646e89ec67f2b0567e035dddc54769442af5b5','normal','images/M1/normal-4.png',64,64,'{"prompt": "secret prompt of M1", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(30,3,'5c0d2341b8c5fa8de974e7b22cc1f666be1e64b24948aa46b4f7c5ba35dfd252','normal','images/M1/normal-5.png',64,64,'{"prompt": "secret prompt of M1", "seed": 5}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(31,3,'2eb68f78ebb41a96e288d0211782d9ce1b3af0fc6b2101587c56f9bf9d7f41e5','abnormal','images/M1/abnormal-0.png',64,64,'{"prompt": "secret prompt of M1", "seed": 0}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(32,3,'4eb6bb85b47e5d2b6ee740037cb600ad8f89091c6d8b603b818ac743a594e6db','abnormal','images/M1/abnormal-1.png',64,64,'{"prompt": "secret prompt of M1", "seed": 1}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(33,3,'10d1d0dd4b0ee8c1691b043ec7f322979a4f7d1c208030e55cd9dcd1bc708a66','abnormal','images/M1/abnormal-2.png',64,64,'{"prompt": "secret prompt of M1", "seed": 2}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(34,3,'954efc8e022080b7397964d6345d6f9180449f9592c53e9f37f3b962ad2459b0','abnormal','images/M1/abnormal-3.png',64,64,'{"prompt": "secret prompt of M1", "seed": 3}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(35,3,'e4fb724c9a5a999d783d3e16a4688b39c64dc1c36e3407d255ee3253598470d9','abnormal','images/M1/abnormal-4.png',64,64,'{"prompt": "secret prompt of M1", "seed": 4}','2026-11-24 09:30:00.000000');
INSERT INTO "images" VALUES(36,3,'34f004182e8b11172e2d1b4ae9e76279b2f639cd8ae01ddb842bec89c6a978ba','abnormal','images/M1/abnormal-5.png',64,64,'{"prompt": "secret prompt of M1", "seed": 5}','2026-11-24 09:30:00.000000');
CREATE TABLE investigators (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	session_epoch INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_investigators PRIMARY KEY (id), 
	CONSTRAINT uq_investigators_name UNIQUE (name)
);
CREATE TABLE presentations (
	id INTEGER NOT NULL, 
	reader_id INTEGER NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	phase INTEGER NOT NULL, 
	is_practice BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, 
	replicate INTEGER NOT NULL, 
	first_shown_at DATETIME, 
	shown_at DATETIME, 
	feedback_seen_at DATETIME, 
	CONSTRAINT pk_presentations PRIMARY KEY (id), 
	CONSTRAINT fk_presentations_reader_id_readers FOREIGN KEY(reader_id) REFERENCES readers (id), 
	CONSTRAINT uq_presentations_reader_id_phase_is_practice_position UNIQUE (reader_id, phase, is_practice, position), 
	CONSTRAINT uq_presentations_token UNIQUE (token)
);
INSERT INTO "presentations" VALUES(1,1,'K-dp7IVMpem3cRSs_Wm93w',1,1,1,0,'2026-11-24 09:30:21.000000','2026-11-24 09:30:21.000000','2026-11-24 09:30:36.000000');
INSERT INTO "presentations" VALUES(2,1,'HKI9blpE7eMwTs4FWxDpkA',1,1,2,0,'2026-11-24 09:30:48.000000','2026-11-24 09:30:48.000000','2026-11-24 09:31:08.000000');
INSERT INTO "presentations" VALUES(3,1,'cjLkrOC34ml_CkjYqJxUQQ',1,0,1,0,'2026-11-24 09:31:13.000000','2026-11-24 09:31:13.000000',NULL);
INSERT INTO "presentations" VALUES(4,1,'6q-7Dw2qsPjwdsvGqFhyNQ',1,0,2,0,'2026-11-24 09:31:46.000000','2026-11-24 09:31:46.000000',NULL);
INSERT INTO "presentations" VALUES(5,1,'KABBHkxdhk8a27498i2O1A',1,0,3,0,'2026-11-24 09:32:01.000000','2026-11-24 09:32:01.000000',NULL);
INSERT INTO "presentations" VALUES(6,1,'294q2JtpYlsy0r7-8MV-yA',1,0,4,0,'2026-11-24 09:32:17.000000','2026-11-24 09:32:17.000000',NULL);
INSERT INTO "presentations" VALUES(7,1,'u1_EC_ZtWr6ODWBttWQfJQ',1,0,5,0,'2026-11-24 09:32:26.000000','2026-11-24 09:32:26.000000',NULL);
INSERT INTO "presentations" VALUES(8,1,'OUSm1J4Jcwe92RmxTnyddA',1,0,6,0,'2026-11-24 09:33:01.000000','2026-11-24 09:33:01.000000',NULL);
INSERT INTO "presentations" VALUES(9,1,'GVC6_RESgwhlVDOBLFiZJA',1,0,7,1,'2026-11-24 09:33:36.000000','2026-11-24 09:33:36.000000',NULL);
INSERT INTO "presentations" VALUES(10,1,'3B3ljO5ouoX_RpTIc8xTgA',1,0,8,0,'2026-11-24 09:34:06.000000','2026-11-24 09:34:06.000000',NULL);
INSERT INTO "presentations" VALUES(11,1,'CzNlI14jgj5c2MzxoEsokQ',1,0,9,0,'2026-11-24 09:34:11.000000','2026-11-24 09:34:11.000000',NULL);
INSERT INTO "presentations" VALUES(12,1,'8MORsQtEaS9I0Meg2KNDkA',1,0,10,0,'2026-11-24 09:34:38.000000','2026-11-24 09:34:38.000000',NULL);
INSERT INTO "presentations" VALUES(13,1,'C4r7nBizoSdvtmhOeiKryQ',1,0,11,0,'2026-11-24 09:35:29.000000','2026-11-24 09:35:29.000000',NULL);
INSERT INTO "presentations" VALUES(14,1,'YZwXSTHgzZgYMZnabZ4L8A',1,0,12,1,'2026-11-24 09:35:43.000000','2026-11-24 09:35:43.000000',NULL);
INSERT INTO "presentations" VALUES(15,1,'zlOe2c7wYmxlJ4ok5kxp1A',1,0,13,1,'2026-11-24 09:36:07.000000','2026-11-24 09:36:07.000000',NULL);
INSERT INTO "presentations" VALUES(16,1,'gacvuNMSEcQ9ZjbJUAXPSw',1,0,14,0,'2026-11-24 09:36:42.000000','2026-11-24 09:36:42.000000',NULL);
INSERT INTO "presentations" VALUES(17,1,'fAXSVDvsVfv4dZY1gc6t1w',1,0,15,0,'2026-11-24 09:37:03.000000','2026-11-24 09:37:03.000000',NULL);
INSERT INTO "presentations" VALUES(18,2,'07vRNvnj-OguhRsQuh-JBg',1,1,1,0,'2026-11-24 09:30:18.000000','2026-11-24 09:30:18.000000','2026-11-24 09:30:32.000000');
INSERT INTO "presentations" VALUES(19,2,'BFgoUMZtgcrkkAesDYFOKw',1,1,2,0,'2026-11-24 09:30:40.000000','2026-11-24 09:30:40.000000','2026-11-24 09:31:14.000000');
INSERT INTO "presentations" VALUES(20,2,'qy3lCV-vBmNs-Mx7Gh7_Eg',1,0,1,0,'2026-11-24 09:31:50.000000','2026-11-24 09:31:50.000000',NULL);
INSERT INTO "presentations" VALUES(21,2,'CUGzkNnM1dXyrSb9APtL_Q',1,0,2,0,'2026-11-24 09:32:02.000000','2026-11-24 09:32:02.000000',NULL);
INSERT INTO "presentations" VALUES(22,2,'UNQt7fds4kCgzDXrcH6a3g',1,0,3,0,'2026-11-24 09:32:39.000000','2026-11-24 09:32:39.000000',NULL);
INSERT INTO "presentations" VALUES(23,2,'4QsqvMzQghG0TJjpDdtXUw',1,0,4,0,'2026-11-24 09:33:03.000000','2026-11-24 09:33:03.000000',NULL);
INSERT INTO "presentations" VALUES(24,2,'qkigK-kt5zJM97WnTT84Bw',1,0,5,0,'2026-11-24 09:33:26.000000','2026-11-24 09:33:26.000000',NULL);
INSERT INTO "presentations" VALUES(25,2,'2t9KuDPEIfG5v3BteCoLLw',1,0,6,0,'2026-11-24 09:34:13.000000','2026-11-24 09:34:13.000000',NULL);
INSERT INTO "presentations" VALUES(26,2,'Q1ufJNsqyo9OvoFDkEyjqg',1,0,7,0,'2026-11-24 09:34:40.000000','2026-11-24 09:34:40.000000',NULL);
INSERT INTO "presentations" VALUES(27,2,'KcXU1bueniynLvaxQAHhrA',1,0,8,0,'2026-11-24 09:35:13.000000','2026-11-24 09:35:13.000000',NULL);
INSERT INTO "presentations" VALUES(28,2,'QiJkuZ7T84tuc-aRMu1LWA',1,0,9,0,'2026-11-24 09:35:36.000000','2026-11-24 09:35:36.000000',NULL);
INSERT INTO "presentations" VALUES(29,2,'0HhUP8V_n0VewmY7LitfOw',1,0,10,0,'2026-11-24 09:36:07.000000','2026-11-24 09:36:07.000000',NULL);
INSERT INTO "presentations" VALUES(30,2,'8JitnWfmPyysJxf9JrrVcg',1,0,11,1,'2026-11-24 09:36:42.000000','2026-11-24 09:36:42.000000',NULL);
INSERT INTO "presentations" VALUES(31,2,'jFLxalLxgYzp8eSQrMyZcg',1,0,12,0,'2026-11-24 09:36:54.000000','2026-11-24 09:36:54.000000',NULL);
INSERT INTO "presentations" VALUES(32,2,'UEAA-hricb4rkaW7Q6HMmg',1,0,13,1,'2026-11-24 09:37:21.000000','2026-11-24 09:37:21.000000',NULL);
INSERT INTO "presentations" VALUES(33,2,'mNyTePr8-ToygmpmcoaUxQ',1,0,14,0,'2026-11-24 09:37:49.000000','2026-11-24 09:37:49.000000',NULL);
INSERT INTO "presentations" VALUES(34,2,'MeiiftckanK1hjUni1GGvg',1,0,15,1,'2026-11-24 09:38:29.000000','2026-11-24 09:38:29.000000',NULL);
INSERT INTO "presentations" VALUES(35,3,'vcILizHkCwXx0KtlEzYv8w',1,1,1,0,'2026-11-24 09:30:26.000000','2026-11-24 09:30:26.000000','2026-11-24 09:31:05.000000');
INSERT INTO "presentations" VALUES(36,3,'4yZ29AN6L3QbP9-82KS2yg',1,1,2,0,'2026-11-24 09:31:33.000000','2026-11-24 09:31:33.000000','2026-11-24 09:31:50.000000');
INSERT INTO "presentations" VALUES(37,3,'U-MSel1p_ZtY4fw6OWNncQ',1,0,1,0,'2026-11-24 09:32:03.000000','2026-11-24 09:32:03.000000',NULL);
INSERT INTO "presentations" VALUES(38,3,'sQNQYMF2JFBVLlUv22kqBQ',1,0,2,0,'2026-11-24 09:32:42.000000','2026-11-24 09:32:42.000000',NULL);
INSERT INTO "presentations" VALUES(39,3,'-BFfI5GSA9n3I_AEhXbPLQ',1,0,3,0,'2026-11-24 09:33:01.000000','2026-11-24 09:33:01.000000',NULL);
INSERT INTO "presentations" VALUES(40,3,'oRRmYYZSwzmywakjfIo6tg',1,0,4,0,'2026-11-24 09:33:22.000000','2026-11-24 09:33:22.000000',NULL);
INSERT INTO "presentations" VALUES(41,3,'pRNO4MT3livZDCl3d2NDPg',1,0,5,0,'2026-11-24 09:33:46.000000','2026-11-24 09:33:46.000000',NULL);
INSERT INTO "presentations" VALUES(42,3,'8Pltbjj9aKuNnNsyR-aNsg',1,0,6,0,'2026-11-24 09:34:39.000000','2026-11-24 09:34:39.000000',NULL);
INSERT INTO "presentations" VALUES(43,3,'oFS_G9qJs0M7bIr382NSmQ',1,0,7,0,'2026-11-24 09:35:01.000000','2026-11-24 09:35:01.000000',NULL);
INSERT INTO "presentations" VALUES(44,3,'x3_OuKyE6BXgCjXmMfGuIg',1,0,8,0,'2026-11-24 09:35:15.000000','2026-11-24 09:35:15.000000',NULL);
INSERT INTO "presentations" VALUES(45,3,'EzkuzysjyBLOFeLaYm2hkQ',1,0,9,1,'2026-11-24 09:35:27.000000','2026-11-24 09:35:27.000000',NULL);
INSERT INTO "presentations" VALUES(46,3,'XL2XCQPBe9ssMH-W9vX5pg',1,0,10,0,'2026-11-24 09:35:50.000000','2026-11-24 09:35:50.000000',NULL);
INSERT INTO "presentations" VALUES(47,3,'DZ2QnmhkgT0ddr0zln1tDA',1,0,11,1,'2026-11-24 09:36:10.000000','2026-11-24 09:36:10.000000',NULL);
INSERT INTO "presentations" VALUES(48,3,'dGzFGGM-mpXbf-KtOVCSsw',1,0,12,0,'2026-11-24 09:36:49.000000','2026-11-24 09:36:49.000000',NULL);
INSERT INTO "presentations" VALUES(49,3,'i2IRM3yQxwATeFaIvO82Pw',1,0,13,0,'2026-11-24 09:37:24.000000','2026-11-24 09:37:24.000000',NULL);
INSERT INTO "presentations" VALUES(50,3,'jmiKpqQkIkNbGeneCeDbyg',1,0,14,0,'2026-11-24 09:37:33.000000','2026-11-24 09:37:33.000000',NULL);
INSERT INTO "presentations" VALUES(51,3,'o8qWm59CvPvOwG1bnBRSaw',1,0,15,1,'2026-11-24 09:38:08.000000','2026-11-24 09:38:08.000000',NULL);
INSERT INTO "presentations" VALUES(52,4,'7gaqIJz3h8iaYQBoeIqy6g',1,0,1,0,'2026-11-24 09:30:39.000000','2026-11-24 09:30:39.000000',NULL);
INSERT INTO "presentations" VALUES(53,4,'9Fb7Hn9oXXsb0pSZL1O1KA',1,0,2,0,'2026-11-24 09:30:49.000000','2026-11-24 09:30:49.000000',NULL);
INSERT INTO "presentations" VALUES(54,4,'WdMfBUn2kW9l1N_gO0MQlw',1,0,3,0,'2026-11-24 09:31:25.000000','2026-11-24 09:31:25.000000',NULL);
INSERT INTO "presentations" VALUES(55,4,'BzGzDTW-xmpgLNA4j_1YqA',1,0,4,0,'2026-11-24 09:31:37.000000','2026-11-24 09:31:37.000000',NULL);
INSERT INTO "presentations" VALUES(56,4,'shcrprKLK9JzXwjyMdaBZQ',1,0,5,0,'2026-11-24 09:32:08.000000','2026-11-24 09:32:08.000000',NULL);
INSERT INTO "presentations" VALUES(57,4,'oXiN1wBqnV-8sjuk5LYZHA',1,0,6,0,'2026-11-24 09:32:30.000000','2026-11-24 09:32:30.000000',NULL);
INSERT INTO "presentations" VALUES(58,4,'v0TFmRCn5UndfVQfgRR9XA',1,0,7,0,'2026-11-24 09:32:43.000000','2026-11-24 09:32:43.000000',NULL);
INSERT INTO "presentations" VALUES(59,4,'t69jxWIC0i-beHVUjHVSMw',1,0,8,0,'2026-11-24 09:33:10.000000','2026-11-24 09:33:10.000000',NULL);
INSERT INTO "presentations" VALUES(60,4,'r_xJX8lGitaYcxXjvoRu2g',1,0,9,0,'2026-11-24 09:33:47.000000','2026-11-24 09:33:47.000000',NULL);
INSERT INTO "presentations" VALUES(61,4,'v17GmogfXRmuvKOQJxmOxg',1,0,10,0,'2026-11-24 09:34:10.000000','2026-11-24 09:34:10.000000',NULL);
INSERT INTO "presentations" VALUES(62,4,'rykj_DKp9jafdpbq696mLQ',1,0,11,0,'2026-11-24 09:34:23.000000','2026-11-24 09:34:23.000000',NULL);
INSERT INTO "presentations" VALUES(63,4,'kWixWHYjNBzN0S6oTOsRrQ',1,0,12,0,'2026-11-24 09:34:57.000000','2026-11-24 09:34:57.000000',NULL);
INSERT INTO "presentations" VALUES(64,5,'UhYEBT_UI0Rhasb1EJbhiQ',1,0,1,0,'2026-11-24 09:30:39.000000','2026-11-24 09:30:39.000000',NULL);
INSERT INTO "presentations" VALUES(65,5,'UFkCyzvoyJuO6s-cFgjTYg',1,0,2,0,'2026-11-24 09:30:51.000000','2026-11-24 09:30:51.000000',NULL);
INSERT INTO "presentations" VALUES(66,5,'9TOurWuMIsfb9GdPRQ54mA',1,0,3,0,'2026-11-24 09:31:18.000000','2026-11-24 09:31:18.000000',NULL);
INSERT INTO "presentations" VALUES(67,5,'2Fi_1udE995lJbcwvORx1g',1,0,4,0,'2026-11-24 09:31:47.000000','2026-11-24 09:31:47.000000',NULL);
INSERT INTO "presentations" VALUES(68,5,'aW9k9mHjkLMgfXYh7B03NA',1,0,5,0,'2026-11-24 09:32:15.000000','2026-11-24 09:32:15.000000',NULL);
INSERT INTO "presentations" VALUES(69,5,'1hHeQBdEdIUEGNsUaAyzsQ',1,0,6,0,'2026-11-24 09:32:26.000000','2026-11-24 09:32:26.000000',NULL);
INSERT INTO "presentations" VALUES(70,5,'G0rbfA5ax0Ts7Btn0BPNpg',1,0,7,0,'2026-11-24 09:33:01.000000','2026-11-24 09:33:01.000000',NULL);
INSERT INTO "presentations" VALUES(71,5,'rddLIGMYkkwgpH6DBCRQTw',1,0,8,0,'2026-11-24 09:33:26.000000','2026-11-24 09:33:26.000000',NULL);
INSERT INTO "presentations" VALUES(72,5,'W6j_9xqK0xvxFki0RU7bMg',1,0,9,0,'2026-11-24 09:34:01.000000','2026-11-24 09:34:01.000000',NULL);
INSERT INTO "presentations" VALUES(73,5,'PNBsaG5ZXQYq025-6bdAsg',1,0,10,0,'2026-11-24 09:34:21.000000','2026-11-24 09:34:21.000000',NULL);
INSERT INTO "presentations" VALUES(74,5,'SeFH5QNueX8MWEeqHJbgGQ',1,0,11,0,'2026-11-24 09:34:29.000000','2026-11-24 09:34:29.000000',NULL);
INSERT INTO "presentations" VALUES(75,5,'nyV5inCEIh_eVEaAuoWtrQ',1,0,12,0,'2026-11-24 09:35:03.000000','2026-11-24 09:35:03.000000',NULL);
INSERT INTO "presentations" VALUES(76,6,'lRLl-aKA1hswOnIPuQHFFA',1,0,1,0,'2026-11-24 09:30:30.000000','2026-11-24 09:30:30.000000',NULL);
INSERT INTO "presentations" VALUES(77,6,'FPOywxeWj3C_Di_IOQFO8Q',1,0,2,0,'2026-11-24 09:30:45.000000','2026-11-24 09:30:45.000000',NULL);
INSERT INTO "presentations" VALUES(78,6,'j4Pd7fBd-zzAfHYt2NvyAQ',1,0,3,0,'2026-11-24 09:31:07.000000','2026-11-24 09:31:07.000000',NULL);
INSERT INTO "presentations" VALUES(79,6,'_em3NrK2nl0__0IO2J8flw',1,0,4,0,'2026-11-24 09:31:14.000000','2026-11-24 09:31:14.000000',NULL);
INSERT INTO "presentations" VALUES(80,6,'PtLY0fF0-qjcA8aIuWCoAA',1,0,5,0,'2026-11-24 09:31:25.000000','2026-11-24 09:31:25.000000',NULL);
INSERT INTO "presentations" VALUES(81,6,'j0OyMsTXiBeYhV_ZWnkg8w',1,0,6,0,'2026-11-24 09:32:01.000000','2026-11-24 09:32:01.000000',NULL);
INSERT INTO "presentations" VALUES(82,6,'Rh_5GDpk48ngqU-vMP4PKA',1,0,7,0,'2026-11-24 09:32:09.000000','2026-11-24 09:32:09.000000',NULL);
INSERT INTO "presentations" VALUES(83,6,'Agyaj8PKJRvr9Lud4zeFFw',1,0,8,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(84,6,'NKcDhQrGCrXujS32bVl9pA',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(85,6,'I6psiY9XlAqTb_qjkAUwSw',1,0,10,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(86,6,'JobNUZT8LZOOq_stIf8LAA',1,0,11,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(87,6,'dOvjATDAG-sbxAI8xHw2bA',1,0,12,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(88,7,'ojMV8Ss7JpyfF-pzY0chKg',1,0,1,0,'2026-11-24 09:30:39.000000','2026-11-24 09:30:39.000000',NULL);
INSERT INTO "presentations" VALUES(89,7,'XWf05JgtC4r_rmB_BeM0Pw',1,0,2,0,'2026-11-24 09:30:54.000000','2026-11-24 09:30:54.000000',NULL);
INSERT INTO "presentations" VALUES(90,7,'Db8s9A2TJB9sbpyJ4Wyf_w',1,0,3,0,'2026-11-24 09:31:26.000000','2026-11-24 09:31:26.000000',NULL);
INSERT INTO "presentations" VALUES(91,7,'AN8XIamLD8TM6jChee8hTA',1,0,4,0,'2026-11-24 09:31:50.000000','2026-11-24 09:31:50.000000',NULL);
INSERT INTO "presentations" VALUES(92,7,'6vG9b--91RwGPN0pFZQeSg',1,0,5,0,'2026-11-24 09:32:11.000000','2026-11-24 09:32:11.000000',NULL);
INSERT INTO "presentations" VALUES(93,7,'FKSvEOLHUaC2nSinsERPZg',1,0,6,0,'2026-11-24 09:32:21.000000','2026-11-24 09:32:21.000000',NULL);
INSERT INTO "presentations" VALUES(94,7,'ROqGkkdLLFhyAk01KFUngw',1,0,7,0,'2026-11-24 09:32:41.000000','2026-11-24 09:32:41.000000',NULL);
INSERT INTO "presentations" VALUES(95,7,'rK35cyMj5uCCo6GJ4e6xSQ',1,0,8,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(96,7,'b4vdtEnni5jc5o-mzAOukQ',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(97,7,'dCyT5nSAjVQH-oTibNeDlQ',1,0,10,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(98,7,'vDPctjzDAbuQMujrmeRRpg',1,0,11,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(99,7,'JLIXlAJxQM8hOsN9-kmYzQ',1,0,12,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(100,8,'-4RWgqIx0-5KX9hOF15IkQ',1,1,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(101,8,'qgXgT49ObP4vE5gckD2vhg',1,1,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(102,8,'XTEYhIiQR_z3Kve7j2U_yA',1,0,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(103,8,'iK0rjumQUHtpPyZXaZeUSw',1,0,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(104,8,'QJyQuYp5gpeR_TJadpLQsQ',1,0,3,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(105,8,'32dCi37sN6uEfPntlw4z1Q',1,0,4,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(106,8,'CsSCBh2xx5jpW1rlT7zw2w',1,0,5,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(107,8,'-DwKtogq-6xBeYPtfeQGnA',1,0,6,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(108,8,'Dq6UpvffpatxAAD1IE4x_g',1,0,7,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(109,8,'XoKUflhjMve1lZJGpS19hg',1,0,8,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(110,8,'imdhAviVut7EgMZGqM3MqQ',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(111,8,'wifDGdiGWxLOLxyYy9Jrpg',1,0,10,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(112,8,'Ikx36ZAzSvgUdzOnNvvoOg',1,0,11,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(113,8,'SflstOv7Y7PZb3GmylR4jA',1,0,12,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(114,8,'ExiupHLtD2HRnVPyqe8IbQ',1,0,13,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(115,8,'e4Nop2sUl3_vxQOf0WQmkQ',1,0,14,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(116,8,'yy5JPLoMyySW3rBWikE2cA',1,0,15,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(117,9,'Cl-6CykeYPUt1m_oEXRdhg',1,1,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(118,9,'aMkq0h8WSsUeMuXGDylEpQ',1,1,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(119,9,'2V21jMzQFShjiPX0ZDAtbQ',1,0,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(120,9,'BGa4Qh_Z7QiBRHn9JuGXSQ',1,0,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(121,9,'EKpdmcenO07O5bWkaimSUg',1,0,3,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(122,9,'AyH7IiqbtXgr1GEHH-MZgg',1,0,4,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(123,9,'jEGHhdJyDLMT1qBzGX-o4Q',1,0,5,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(124,9,'CD9OyGriuo57ABTnCmu1AQ',1,0,6,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(125,9,'h3pj7xD6cvKkgJvgbbo_BQ',1,0,7,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(126,9,'rZf0fsjti3jG0zxBrsx2vQ',1,0,8,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(127,9,'cIBw7zHzrC_65AsbBkU-YQ',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(128,9,'4kZPNk4q3c8SwP44P5py6A',1,0,10,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(129,9,'TrETBkBhmxqLA29UxJvy8A',1,0,11,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(130,9,'qzeuZ2eThoJqdUNCHr13WQ',1,0,12,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(131,9,'e5VdNtg19Pv57h2CTmMW2A',1,0,13,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(132,9,'jS7wXBpUOAXWZ0iNSL3E2Q',1,0,14,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(133,9,'cTyyHkLPykEC1vKwfDz7MQ',1,0,15,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(134,10,'BCaTehLIH55x5Mr1d-K1BQ',1,1,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(135,10,'-yc7I2iGkxv_m_58lF5hHA',1,1,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(136,10,'i26A8F3Ncci7msAIsx9tuQ',1,0,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(137,10,'nq9hOSGDGJ6kRJPjKdLCrw',1,0,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(138,10,'Qs136wn9ovsFTsBdoQpIeQ',1,0,3,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(139,10,'s4bxtwDlFx6ED41iv_qhfA',1,0,4,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(140,10,'IQaFV_6XjGydmpPVwFig_A',1,0,5,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(141,10,'P-_6OAd4f_bJ1xlix5SkJw',1,0,6,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(142,10,'uGklIAmhPOq_v_6PKzWXHg',1,0,7,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(143,10,'ELsrHtt_wiDdRA_qNUDckA',1,0,8,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(144,10,'oAW_PL66FQi58EXH2bOPqA',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(145,10,'buBt2Y59pbZ6wlqTrRAFbQ',1,0,10,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(146,10,'-SVgykyjQwl523uYjuB6ng',1,0,11,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(147,10,'kOE9pSpUQOzFtT2LFiOsfg',1,0,12,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(148,10,'EKyiK1ErQhVNbpLxkGStQw',1,0,13,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(149,10,'HqY6nplDGVLwj1Kwoc5mWQ',1,0,14,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(150,10,'lnoyIibjaTWxDIHtMfwxhA',1,0,15,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(151,11,'4yKgKQYFteVP8rJI2ll20Q',1,1,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(152,11,'aqKcLGPvkvsl7rjZPzDz_A',1,1,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(153,11,'a_aJ8Ml9wcla0PQL_35q4A',1,0,1,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(154,11,'XSJZS1IDHDWVkw1mqw3kkw',1,0,2,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(155,11,'qzTaHugkrCXLrxAzFyjqMg',1,0,3,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(156,11,'KGiPk-vuCEJWoYjrF3KbTw',1,0,4,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(157,11,'6P8_lfP6Er4gnU6hVCwndQ',1,0,5,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(158,11,'Bi7lVBpu2Z7RdYrBfAahSg',1,0,6,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(159,11,'4zJMN-4Pq8OYW_vA1F7QcA',1,0,7,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(160,11,'hDNK8DARZbLqU4aShAMJLg',1,0,8,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(161,11,'nI_imgD34cI4kt_h-5Ixlg',1,0,9,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(162,11,'ujwOdyhM-v58EtMVD8WzLg',1,0,10,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(163,11,'NazBCEK_8kzA3-HB8L58Cg',1,0,11,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(164,11,'yFAxg2oj73KhvhZnVEL-dA',1,0,12,0,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(165,11,'9Y9A0mrv90ekpexyCBvLHg',1,0,13,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(166,11,'763lqVL7b3NxhVCzEy0Sog',1,0,14,1,NULL,NULL,NULL);
INSERT INTO "presentations" VALUES(167,11,'mzzByQPEgYy4k1cZDp8nPQ',1,0,15,1,NULL,NULL,NULL);
CREATE TABLE ratings (
	id INTEGER NOT NULL, 
	presentation_id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	submission VARCHAR(64) NOT NULL, 
	is_first BOOLEAN, 
	supersedes_id INTEGER, 
	realism INTEGER, 
	verdict VARCHAR(9), 
	confidence INTEGER, 
	comment TEXT, 
	shown_at DATETIME, 
	submitted_at DATETIME NOT NULL, 
	reading_time_ms INTEGER, 
	hidden_time_ms INTEGER, 
	CONSTRAINT pk_ratings PRIMARY KEY (id), 
	CONSTRAINT ck_ratings_verdict CHECK (verdict IN ('real', 'synthetic')), 
	CONSTRAINT ck_ratings_confidence CHECK (confidence BETWEEN 1 AND 5), 
	CONSTRAINT ck_ratings_realism CHECK (realism BETWEEN 0 AND 100), 
	CONSTRAINT fk_ratings_presentation_id_presentations FOREIGN KEY(presentation_id) REFERENCES presentations (id), 
	CONSTRAINT fk_ratings_session_id_reading_sessions FOREIGN KEY(session_id) REFERENCES reading_sessions (id), 
	CONSTRAINT fk_ratings_supersedes_id_ratings FOREIGN KEY(supersedes_id) REFERENCES ratings (id), 
	CONSTRAINT uq_ratings_presentation_id_is_first UNIQUE (presentation_id, is_first), 
	CONSTRAINT uq_ratings_presentation_id_submission UNIQUE (presentation_id, submission), 
	CONSTRAINT uq_ratings_supersedes_id UNIQUE (supersedes_id)
);
INSERT INTO "ratings" VALUES(1,1,1,'0.RW4eM8S7vScpylZXQbV3VA',1,NULL,4,'synthetic',5,NULL,'2026-11-24 09:30:21.000000','2026-11-24 09:30:25.000000',26326,NULL);
INSERT INTO "ratings" VALUES(2,2,1,'0.-SgjNa0JtD2A7V-oiPEiTw',1,NULL,2,'synthetic',4,'ü – 肺','2026-11-24 09:30:48.000000','2026-11-24 09:30:52.000000',13376,120);
INSERT INTO "ratings" VALUES(3,3,1,'0.GZwvo7NW82rd0U3AsZMaZA',1,NULL,2,'real',4,'odd rib','2026-11-24 09:31:13.000000','2026-11-24 09:31:17.000000',29324,0);
INSERT INTO "ratings" VALUES(4,3,1,'1.rDWqWAo_yFo1PrSSWL5x_w',NULL,3,1,'real',2,'odd rib','2026-11-24 09:31:13.000000','2026-11-24 09:31:19.000000',29324,0);
INSERT INTO "ratings" VALUES(5,4,1,'0.HsL3Xkvo8lyyL21k2YJ4oQ',1,NULL,1,'real',2,NULL,'2026-11-24 09:31:46.000000','2026-11-24 09:31:50.000000',7763,NULL);
INSERT INTO "ratings" VALUES(6,5,1,'0.yCCZo4BeC7b6LJJUUcbalg',1,NULL,2,'real',3,'odd rib','2026-11-24 09:32:01.000000','2026-11-24 09:32:05.000000',18569,120);
INSERT INTO "ratings" VALUES(7,6,1,'0.hezT-XlhS_OAi3pup_11VA',1,NULL,1,'real',4,'odd rib','2026-11-24 09:32:17.000000','2026-11-24 09:32:21.000000',12735,0);
INSERT INTO "ratings" VALUES(8,6,1,'1.AGKc4NwOwqMo-1n-WROM5w',NULL,7,2,'real',3,'odd rib','2026-11-24 09:32:17.000000','2026-11-24 09:32:23.000000',12735,0);
INSERT INTO "ratings" VALUES(9,7,1,'0.Wu6s6QZvAGimuA-B2EwUjA',1,NULL,5,'synthetic',3,'ü – 肺','2026-11-24 09:32:26.000000','2026-11-24 09:32:30.000000',20106,NULL);
INSERT INTO "ratings" VALUES(10,8,1,'0.ClnPe-I9UhuBTDwLe9-yng',1,NULL,3,'synthetic',3,'ü – 肺','2026-11-24 09:33:01.000000','2026-11-24 09:33:05.000000',16653,120);
INSERT INTO "ratings" VALUES(11,9,1,'0.qgJIcce9NiBHmEMwglpthw',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:33:36.000000','2026-11-24 09:33:40.000000',1649,120);
INSERT INTO "ratings" VALUES(12,10,1,'0.XQbYEfVxP5kTfLSfM2JXDg',1,NULL,4,'real',5,'ü – 肺','2026-11-24 09:34:06.000000','2026-11-24 09:34:10.000000',12899,0);
INSERT INTO "ratings" VALUES(13,11,1,'0.nLXoNdzBllRvVfzwvxmGaA',1,NULL,2,'synthetic',1,'línea
segunda','2026-11-24 09:34:11.000000','2026-11-24 09:34:15.000000',21337,NULL);
INSERT INTO "ratings" VALUES(14,11,1,'1.krQ8eWn1rKTT_I_N0VYQXA',NULL,13,2,'synthetic',4,'línea
segunda','2026-11-24 09:34:11.000000','2026-11-24 09:34:17.000000',21337,NULL);
INSERT INTO "ratings" VALUES(15,12,1,'0.O3xpdf8JfCHRcU5Ra9mUvg',1,NULL,4,'synthetic',5,'odd rib','2026-11-24 09:34:38.000000','2026-11-24 09:34:42.000000',4440,120);
INSERT INTO "ratings" VALUES(16,13,1,'0.EkAL5ZIGIYcYrpRyPJIkwQ',1,NULL,2,'real',4,NULL,'2026-11-24 09:35:29.000000','2026-11-24 09:35:33.000000',12065,120);
INSERT INTO "ratings" VALUES(17,14,1,'0.ul1YT37nIhI8k_oPevNcDg',1,NULL,5,'synthetic',3,'línea
segunda','2026-11-24 09:35:43.000000','2026-11-24 09:35:47.000000',3917,0);
INSERT INTO "ratings" VALUES(18,15,1,'0.BHaIqlyrcilzenWIknQVpA',1,NULL,2,'real',1,'línea
segunda','2026-11-24 09:36:07.000000','2026-11-24 09:36:11.000000',24530,120);
INSERT INTO "ratings" VALUES(19,16,1,'0.d-iqGch8nAU39-r_tMnTWw',1,NULL,5,'real',1,NULL,'2026-11-24 09:36:42.000000','2026-11-24 09:36:46.000000',18382,0);
INSERT INTO "ratings" VALUES(20,16,1,'1.WbZCoq0ZE_OPS33p7SGqmg',NULL,19,5,'real',3,NULL,'2026-11-24 09:36:42.000000','2026-11-24 09:36:48.000000',18382,0);
INSERT INTO "ratings" VALUES(21,17,1,'0.Xc88iNEgNFCudtB58OkYWQ',1,NULL,1,'synthetic',4,NULL,'2026-11-24 09:37:03.000000','2026-11-24 09:37:07.000000',21816,NULL);
INSERT INTO "ratings" VALUES(22,18,2,'0.r3FhihOCl1hD4aBQxJYO1w',1,NULL,4,'real',5,NULL,'2026-11-24 09:30:18.000000','2026-11-24 09:30:22.000000',4394,NULL);
INSERT INTO "ratings" VALUES(23,19,2,'0.5u1UQrTV9EMjVfKaSZR6Aw',1,NULL,4,'synthetic',3,NULL,'2026-11-24 09:30:40.000000','2026-11-24 09:30:44.000000',21229,NULL);
INSERT INTO "ratings" VALUES(24,20,2,'0.LMRH_BZfAyHyGuu67dT74A',1,NULL,3,'synthetic',4,'odd rib','2026-11-24 09:31:50.000000','2026-11-24 09:31:54.000000',16303,0);
INSERT INTO "ratings" VALUES(25,21,2,'0.6B_aEDUs_Hmm3kmnR8pv3Q',1,NULL,4,'synthetic',5,NULL,'2026-11-24 09:32:02.000000','2026-11-24 09:32:06.000000',29336,0);
INSERT INTO "ratings" VALUES(26,21,2,'1.q4cMtsf6jZvVqTjpmr2tiQ',NULL,25,4,'synthetic',3,NULL,'2026-11-24 09:32:02.000000','2026-11-24 09:32:08.000000',29336,0);
INSERT INTO "ratings" VALUES(27,22,2,'0.-SxKt5pBZQy1Nkoq6hCCRA',1,NULL,3,'synthetic',1,'ü – 肺','2026-11-24 09:32:39.000000','2026-11-24 09:32:43.000000',23660,120);
INSERT INTO "ratings" VALUES(28,23,2,'0._qjEZ6vx-DJrXHrrJ54_bg',1,NULL,3,'synthetic',5,'línea
segunda','2026-11-24 09:33:03.000000','2026-11-24 09:33:07.000000',28268,0);
INSERT INTO "ratings" VALUES(29,24,2,'0.swYu9V2NSaqiPOCuVi_GGQ',1,NULL,1,'synthetic',2,'he said "no"','2026-11-24 09:33:26.000000','2026-11-24 09:33:30.000000',16441,120);
INSERT INTO "ratings" VALUES(30,25,2,'0.N-HfspXYnPmmk0VI-YlSqA',1,NULL,5,'synthetic',3,'ü – 肺','2026-11-24 09:34:13.000000','2026-11-24 09:34:17.000000',22115,120);
INSERT INTO "ratings" VALUES(31,26,2,'0.Fy2wEcbVemQ5rAFg9CA7nQ',1,NULL,4,'synthetic',3,'línea
segunda','2026-11-24 09:34:40.000000','2026-11-24 09:34:44.000000',12370,NULL);
INSERT INTO "ratings" VALUES(32,27,2,'0.Voz4kUWyOab_tLUUnVTKGw',1,NULL,2,'synthetic',3,'he said "no"','2026-11-24 09:35:13.000000','2026-11-24 09:35:17.000000',18245,NULL);
INSERT INTO "ratings" VALUES(33,27,2,'1.PAVMwt9fSStQ81-1Lkg4UA',NULL,32,3,'synthetic',4,'he said "no"','2026-11-24 09:35:13.000000','2026-11-24 09:35:19.000000',18245,NULL);
INSERT INTO "ratings" VALUES(34,28,2,'0.vrwttXbnooGo2YADspMfCw',1,NULL,5,'real',4,NULL,'2026-11-24 09:35:36.000000','2026-11-24 09:35:40.000000',26471,120);
INSERT INTO "ratings" VALUES(35,29,2,'0.q19V-LgQ4ElfuNg8L0umYw',1,NULL,3,'synthetic',5,'he said "no"','2026-11-24 09:36:07.000000','2026-11-24 09:36:11.000000',24506,NULL);
INSERT INTO "ratings" VALUES(36,29,2,'1.cHbhmddBnXW95XFjpM517Q',NULL,35,5,'synthetic',4,'he said "no"','2026-11-24 09:36:07.000000','2026-11-24 09:36:13.000000',24506,NULL);
INSERT INTO "ratings" VALUES(37,30,2,'0.65E8UDRLhqn3nH6JLj37Gw',1,NULL,2,'real',1,'=1+1','2026-11-24 09:36:42.000000','2026-11-24 09:36:46.000000',6331,NULL);
INSERT INTO "ratings" VALUES(38,31,2,'0.nzttpdIjbLxuN3kFh_AhvA',1,NULL,2,'synthetic',2,'=1+1','2026-11-24 09:36:54.000000','2026-11-24 09:36:58.000000',18867,NULL);
INSERT INTO "ratings" VALUES(39,32,2,'0.CIyyb5oo8ZDdSmAfQdSrrA',1,NULL,5,'synthetic',5,NULL,'2026-11-24 09:37:21.000000','2026-11-24 09:37:25.000000',7596,NULL);
INSERT INTO "ratings" VALUES(40,33,2,'0.o651gQVZg_Z1Q-Mi5pE1Nw',1,NULL,3,'real',3,'=1+1','2026-11-24 09:37:49.000000','2026-11-24 09:37:53.000000',28944,0);
INSERT INTO "ratings" VALUES(41,34,2,'0.cZWHuuvt0QuPQJ6nkqM3Pg',1,NULL,5,'synthetic',1,'he said "no"','2026-11-24 09:38:29.000000','2026-11-24 09:38:33.000000',10775,NULL);
INSERT INTO "ratings" VALUES(42,35,3,'0.kbEi5eBytSnJkenUh2CZxw',1,NULL,2,'synthetic',3,'ü – 肺','2026-11-24 09:30:26.000000','2026-11-24 09:30:30.000000',14633,0);
INSERT INTO "ratings" VALUES(43,36,3,'0.5WJnnUNz3X8xN1zCoCttsg',1,NULL,5,'synthetic',2,NULL,'2026-11-24 09:31:33.000000','2026-11-24 09:31:37.000000',13441,120);
INSERT INTO "ratings" VALUES(44,37,3,'0.zfz2N8S8gASp77C9v6q6cA',1,NULL,1,'real',3,'ü – 肺','2026-11-24 09:32:03.000000','2026-11-24 09:32:07.000000',13412,NULL);
INSERT INTO "ratings" VALUES(45,38,3,'0.nPVXa7KTgV_89JhraqnRCg',1,NULL,5,'real',3,'línea
segunda','2026-11-24 09:32:42.000000','2026-11-24 09:32:46.000000',13215,0);
INSERT INTO "ratings" VALUES(46,39,3,'0.Qw2pGw9SG2LWC2uaThMyEQ',1,NULL,4,'synthetic',3,'=1+1','2026-11-24 09:33:01.000000','2026-11-24 09:33:05.000000',13479,NULL);
INSERT INTO "ratings" VALUES(47,40,3,'0.Oi9f_MziftUqCPIE2Ngc7Q',1,NULL,4,'synthetic',4,'odd rib','2026-11-24 09:33:22.000000','2026-11-24 09:33:26.000000',1544,0);
INSERT INTO "ratings" VALUES(48,41,3,'0.S4vLaqtmtThbScQPZeUnNQ',1,NULL,4,'synthetic',3,NULL,'2026-11-24 09:33:46.000000','2026-11-24 09:33:50.000000',1679,NULL);
INSERT INTO "ratings" VALUES(49,42,3,'0.O4gATpvtxveQfX6KXLEncg',1,NULL,2,'synthetic',1,'ü – 肺','2026-11-24 09:34:39.000000','2026-11-24 09:34:43.000000',27992,0);
INSERT INTO "ratings" VALUES(50,42,3,'1.mkSnqhywV1F3ANnZdMipwQ',NULL,49,5,'synthetic',5,'ü – 肺','2026-11-24 09:34:39.000000','2026-11-24 09:34:45.000000',27992,0);
INSERT INTO "ratings" VALUES(51,43,3,'0.G7xeRi9sacoyWivDZ6UcDA',1,NULL,1,'real',4,'ü – 肺','2026-11-24 09:35:01.000000','2026-11-24 09:35:05.000000',8949,0);
INSERT INTO "ratings" VALUES(52,44,3,'0.nJjsfjNI-xNlIzOr-xMMXw',1,NULL,5,'synthetic',3,'=1+1','2026-11-24 09:35:15.000000','2026-11-24 09:35:19.000000',16452,120);
INSERT INTO "ratings" VALUES(53,45,3,'0.NXvkD_j0wMC-JQfa0V-c9A',1,NULL,3,'real',2,'odd rib','2026-11-24 09:35:27.000000','2026-11-24 09:35:31.000000',18381,120);
INSERT INTO "ratings" VALUES(54,46,3,'0.IvuHHxICCr4ECMBBb2NBtg',1,NULL,3,'real',4,'odd rib','2026-11-24 09:35:50.000000','2026-11-24 09:35:54.000000',23239,120);
INSERT INTO "ratings" VALUES(55,47,3,'0.oVsOdRBDjr0gwZv2L9_Lew',1,NULL,4,'real',3,'he said "no"','2026-11-24 09:36:10.000000','2026-11-24 09:36:14.000000',23370,NULL);
INSERT INTO "ratings" VALUES(56,48,3,'0.vjzyOQDVzoTHr9Pc-Fc1ug',1,NULL,4,'real',1,'=1+1','2026-11-24 09:36:49.000000','2026-11-24 09:36:53.000000',20393,120);
INSERT INTO "ratings" VALUES(57,49,3,'0.9lT_wFVUOgKoumlK8yw-gw',1,NULL,2,'synthetic',4,'=1+1','2026-11-24 09:37:24.000000','2026-11-24 09:37:28.000000',10614,0);
INSERT INTO "ratings" VALUES(58,50,3,'0.shzvRsM-QET3gLTPSAu9mQ',1,NULL,4,'synthetic',1,'línea
segunda','2026-11-24 09:37:33.000000','2026-11-24 09:37:37.000000',19974,0);
INSERT INTO "ratings" VALUES(59,51,3,'0.wR0j48Fdqg4sXX-WpAQ14Q',1,NULL,4,'synthetic',2,NULL,'2026-11-24 09:38:08.000000','2026-11-24 09:38:12.000000',23681,120);
INSERT INTO "ratings" VALUES(60,52,4,'0.0enGaTm4BKvfSc2O2p2baQ',1,NULL,69,NULL,NULL,NULL,'2026-11-24 09:30:39.000000','2026-11-24 09:30:43.000000',27501,NULL);
INSERT INTO "ratings" VALUES(61,52,4,'1.WxGNfOz4T_dJLs5pkLNojg',NULL,60,29,NULL,NULL,NULL,'2026-11-24 09:30:39.000000','2026-11-24 09:30:45.000000',27501,NULL);
INSERT INTO "ratings" VALUES(62,53,4,'0.UQoMmakiXMEJb_UC1rWLwQ',1,NULL,92,NULL,NULL,NULL,'2026-11-24 09:30:49.000000','2026-11-24 09:30:53.000000',14968,NULL);
INSERT INTO "ratings" VALUES(63,54,4,'0.In1PbmCo0KGYny0eX3Pw0w',1,NULL,15,NULL,NULL,NULL,'2026-11-24 09:31:25.000000','2026-11-24 09:31:29.000000',8083,120);
INSERT INTO "ratings" VALUES(64,55,4,'0.-rDxKm16Hn9YdQyW1ZPhVA',1,NULL,56,NULL,NULL,NULL,'2026-11-24 09:31:37.000000','2026-11-24 09:31:41.000000',5806,NULL);
INSERT INTO "ratings" VALUES(65,56,4,'0.9Av9RJ-UaFa2U8wlZnyBnQ',1,NULL,27,NULL,NULL,NULL,'2026-11-24 09:32:08.000000','2026-11-24 09:32:12.000000',2327,120);
INSERT INTO "ratings" VALUES(66,56,4,'1.kuSxv0ES26EyQwBCbMTzuw',NULL,65,48,NULL,NULL,NULL,'2026-11-24 09:32:08.000000','2026-11-24 09:32:14.000000',2327,120);
INSERT INTO "ratings" VALUES(67,57,4,'0.dmyDvK68obhP2RJZw2qi9A',1,NULL,15,NULL,NULL,NULL,'2026-11-24 09:32:30.000000','2026-11-24 09:32:34.000000',25224,0);
INSERT INTO "ratings" VALUES(68,58,4,'0.FyUcum7uIvGEuPI1LNzaZg',1,NULL,40,NULL,NULL,NULL,'2026-11-24 09:32:43.000000','2026-11-24 09:32:47.000000',23361,120);
INSERT INTO "ratings" VALUES(69,59,4,'0.FKNGg8_eEcdsItlFIPNadg',1,NULL,89,NULL,NULL,NULL,'2026-11-24 09:33:10.000000','2026-11-24 09:33:14.000000',10557,NULL);
INSERT INTO "ratings" VALUES(70,60,4,'0.8cPd3N7I3hX_O9U1OulIBA',1,NULL,79,NULL,NULL,NULL,'2026-11-24 09:33:47.000000','2026-11-24 09:33:51.000000',8128,0);
INSERT INTO "ratings" VALUES(71,60,4,'1.U9jcFapjXhHcStgbfk7iZw',NULL,70,30,NULL,NULL,NULL,'2026-11-24 09:33:47.000000','2026-11-24 09:33:53.000000',8128,0);
INSERT INTO "ratings" VALUES(72,61,4,'0.FVMHcVDp5ZDZ-ZcAICwX7w',1,NULL,47,NULL,NULL,NULL,'2026-11-24 09:34:10.000000','2026-11-24 09:34:14.000000',15754,120);
INSERT INTO "ratings" VALUES(73,62,4,'0.oxBcWNi1yc_Pd-N0JXtx9w',1,NULL,73,NULL,NULL,NULL,'2026-11-24 09:34:23.000000','2026-11-24 09:34:27.000000',22787,NULL);
INSERT INTO "ratings" VALUES(74,62,4,'1.RW80-H_MhrrUvONoGEheLA',NULL,73,15,NULL,NULL,NULL,'2026-11-24 09:34:23.000000','2026-11-24 09:34:29.000000',22787,NULL);
INSERT INTO "ratings" VALUES(75,63,4,'0.5ua5W6UFNTAk6z2Z5uyGww',1,NULL,61,NULL,NULL,NULL,'2026-11-24 09:34:57.000000','2026-11-24 09:35:01.000000',11493,NULL);
INSERT INTO "ratings" VALUES(76,64,5,'0.0NnPnEroCaL91hbJUA8Ezw',1,NULL,19,NULL,NULL,NULL,'2026-11-24 09:30:39.000000','2026-11-24 09:30:43.000000',14968,120);
INSERT INTO "ratings" VALUES(77,65,5,'0.viJKigIypqZyP0Zkfw705w',1,NULL,27,NULL,NULL,NULL,'2026-11-24 09:30:51.000000','2026-11-24 09:30:55.000000',5479,120);
INSERT INTO "ratings" VALUES(78,66,5,'0.Kct2MdKh8pds0JJgeI1O0Q',1,NULL,78,NULL,NULL,NULL,'2026-11-24 09:31:18.000000','2026-11-24 09:31:22.000000',24012,0);
INSERT INTO "ratings" VALUES(79,67,5,'0.gS4Ov8ys4rAjllLvng4jgg',1,NULL,37,NULL,NULL,NULL,'2026-11-24 09:31:47.000000','2026-11-24 09:31:51.000000',27261,120);
INSERT INTO "ratings" VALUES(80,68,5,'0.IokVOla9WeRktbjKZeyKBQ',1,NULL,27,NULL,NULL,NULL,'2026-11-24 09:32:15.000000','2026-11-24 09:32:19.000000',25153,NULL);
INSERT INTO "ratings" VALUES(81,69,5,'0.JTJf85lEJ4L8cKiu_Aa7iQ',1,NULL,25,NULL,NULL,NULL,'2026-11-24 09:32:26.000000','2026-11-24 09:32:30.000000',7309,NULL);
INSERT INTO "ratings" VALUES(82,70,5,'0.mRB6Dts3w9jTrYsI0CP40A',1,NULL,60,NULL,NULL,NULL,'2026-11-24 09:33:01.000000','2026-11-24 09:33:05.000000',10748,120);
INSERT INTO "ratings" VALUES(83,71,5,'0.kO9MAUIz9uMQNpC4_T9-QQ',1,NULL,24,NULL,NULL,NULL,'2026-11-24 09:33:26.000000','2026-11-24 09:33:30.000000',5968,120);
INSERT INTO "ratings" VALUES(84,71,5,'1.XLke02phtp7945jH-4JGUA',NULL,83,47,NULL,NULL,NULL,'2026-11-24 09:33:26.000000','2026-11-24 09:33:32.000000',5968,120);
INSERT INTO "ratings" VALUES(85,72,5,'0.Jh83nCuq7oQCC_YO1B54QA',1,NULL,14,NULL,NULL,NULL,'2026-11-24 09:34:01.000000','2026-11-24 09:34:05.000000',9990,NULL);
INSERT INTO "ratings" VALUES(86,73,5,'0.E0sGGBrA3TsqUkDjudonVw',1,NULL,44,NULL,NULL,NULL,'2026-11-24 09:34:21.000000','2026-11-24 09:34:25.000000',25541,0);
INSERT INTO "ratings" VALUES(87,74,5,'0.Xw26QK4SyQy4bGq9Uk3IIQ',1,NULL,19,NULL,NULL,NULL,'2026-11-24 09:34:29.000000','2026-11-24 09:34:33.000000',4763,120);
INSERT INTO "ratings" VALUES(88,75,5,'0.jKRAcalLSwr32U5ZvJj8Ug',1,NULL,25,NULL,NULL,NULL,'2026-11-24 09:35:03.000000','2026-11-24 09:35:07.000000',24322,NULL);
INSERT INTO "ratings" VALUES(89,76,6,'0.U5mYGnEfL-m2tpWRvJzN6Q',1,NULL,4,'synthetic',NULL,NULL,'2026-11-24 09:30:30.000000','2026-11-24 09:30:34.000000',12744,0);
INSERT INTO "ratings" VALUES(90,76,6,'1.Ijr9Hv93622fAlzIDGj27g',NULL,89,6,'synthetic',NULL,NULL,'2026-11-24 09:30:30.000000','2026-11-24 09:30:36.000000',12744,0);
INSERT INTO "ratings" VALUES(91,77,6,'0.HAvNm4FHJI0xGWS02uU7pg',1,NULL,2,'real',NULL,'línea
segunda','2026-11-24 09:30:45.000000','2026-11-24 09:30:49.000000',2339,120);
INSERT INTO "ratings" VALUES(92,78,6,'0.On5iC5a7MQlS6Jz8yfeWaA',1,NULL,4,'real',NULL,NULL,'2026-11-24 09:31:07.000000','2026-11-24 09:31:11.000000',26434,120);
INSERT INTO "ratings" VALUES(93,79,6,'0.XgeztTA3WWgTD8BPI7I70g',1,NULL,7,'real',NULL,'ü – 肺','2026-11-24 09:31:14.000000','2026-11-24 09:31:18.000000',17904,120);
INSERT INTO "ratings" VALUES(94,80,6,'0.XUImK4Zgx7BbCFZPnWN67g',1,NULL,4,'real',NULL,'ü – 肺','2026-11-24 09:31:25.000000','2026-11-24 09:31:29.000000',3912,0);
INSERT INTO "ratings" VALUES(95,80,6,'1.GBODwzuCZx_EVIJ7_zvn3A',NULL,94,2,'real',NULL,'ü – 肺','2026-11-24 09:31:25.000000','2026-11-24 09:31:31.000000',3912,0);
INSERT INTO "ratings" VALUES(96,81,6,'0.eBqL0RKYQcglB3h-tH6XEg',1,NULL,3,'synthetic',NULL,NULL,'2026-11-24 09:32:01.000000','2026-11-24 09:32:05.000000',28209,0);
INSERT INTO "ratings" VALUES(97,82,6,'0.UIAskeDIM-gqwXo-NBgWfw',1,NULL,6,'real',NULL,NULL,'2026-11-24 09:32:09.000000','2026-11-24 09:32:13.000000',17566,120);
INSERT INTO "ratings" VALUES(98,88,7,'0.xBOigkYSyuclnYp78NUjwA',1,NULL,7,'real',NULL,'odd rib','2026-11-24 09:30:39.000000','2026-11-24 09:30:43.000000',4438,NULL);
INSERT INTO "ratings" VALUES(99,89,7,'0.ePX_B2t62_qKOQ93Fntr3g',1,NULL,1,'real',NULL,'he said "no"','2026-11-24 09:30:54.000000','2026-11-24 09:30:58.000000',15357,120);
INSERT INTO "ratings" VALUES(100,90,7,'0.s6EaeSMmnxzpjqxt_mVHnw',1,NULL,2,'synthetic',NULL,'línea
segunda','2026-11-24 09:31:26.000000','2026-11-24 09:31:30.000000',24677,NULL);
INSERT INTO "ratings" VALUES(101,91,7,'0.Kif4Ktu2iCp-YdgmiXh5Nw',1,NULL,1,'synthetic',NULL,'he said "no"','2026-11-24 09:31:50.000000','2026-11-24 09:31:54.000000',5445,0);
INSERT INTO "ratings" VALUES(102,92,7,'0.jxr6UuuBtkt83gZSn13IoQ',1,NULL,2,'synthetic',NULL,NULL,'2026-11-24 09:32:11.000000','2026-11-24 09:32:15.000000',18488,NULL);
INSERT INTO "ratings" VALUES(103,93,7,'0.nv2fVM2IANxLkKmobXHOCQ',1,NULL,2,'synthetic',NULL,'línea
segunda','2026-11-24 09:32:21.000000','2026-11-24 09:32:25.000000',9938,NULL);
INSERT INTO "ratings" VALUES(104,94,7,'0.GO0NlI1WkKpyxjTHWfMdZw',1,NULL,3,'real',NULL,'ü – 肺','2026-11-24 09:32:41.000000','2026-11-24 09:32:45.000000',29822,0);
INSERT INTO "ratings" VALUES(105,102,8,'0.FNlASwQe2_CxvBzFkSEOqA',1,NULL,4,'real',3,NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:30.687000',30687,0);
INSERT INTO "ratings" VALUES(106,103,8,'0.a9YKI4Q6t4oJQkCjEiCz4g',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:30:30.687000','2026-11-24 09:30:55.873000',25186,0);
INSERT INTO "ratings" VALUES(107,104,8,'0.h85E1xyCbzMMgie4ZcHvSg',1,NULL,4,'real',4,NULL,'2026-11-24 09:30:55.873000','2026-11-24 09:31:11.419000',15546,0);
INSERT INTO "ratings" VALUES(108,105,8,'0.846Nnueskd2U7BVG5qBS7w',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:31:11.419000','2026-11-24 09:31:32.881000',21462,0);
INSERT INTO "ratings" VALUES(109,106,8,'0.BhDenkLWPzoADqrkAFP6ag',1,NULL,4,'real',5,NULL,'2026-11-24 09:31:32.881000','2026-11-24 09:32:00.313000',27432,0);
INSERT INTO "ratings" VALUES(110,107,8,'0.nfJoKgPKr6Q_9Ksyo8gllg',1,NULL,2,'synthetic',2,NULL,'2026-11-24 09:32:00.313000','2026-11-24 09:32:23.107000',22794,0);
INSERT INTO "ratings" VALUES(111,108,8,'0.GPkA-H6fqvgx1SJ4VpxjWA',1,NULL,2,'synthetic',3,NULL,'2026-11-24 09:32:23.107000','2026-11-24 09:32:50.489000',27382,0);
INSERT INTO "ratings" VALUES(112,109,8,'0.5oytx85CWyE9c3SOTv51Yg',1,NULL,2,'synthetic',4,NULL,'2026-11-24 09:32:50.489000','2026-11-24 09:33:09.007000',18518,0);
INSERT INTO "ratings" VALUES(113,110,8,'0.I6xU6Rw1A3JIH_rinL9Heg',1,NULL,4,'real',3,NULL,'2026-11-24 09:33:09.007000','2026-11-24 09:33:24.740000',15733,0);
INSERT INTO "ratings" VALUES(114,111,8,'0.DogwKMYudzP9Flp3hloyMw',1,NULL,4,'real',3,NULL,'2026-11-24 09:33:24.740000','2026-11-24 09:33:35.616000',10876,0);
INSERT INTO "ratings" VALUES(115,112,8,'0.3VhRq8C91ukX9do5W6MAzw',1,NULL,4,'real',3,NULL,'2026-11-24 09:33:35.616000','2026-11-24 09:34:01.039000',25423,0);
INSERT INTO "ratings" VALUES(116,113,8,'0.feL1HBongPfKAafAk_fcEw',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:34:01.039000','2026-11-24 09:34:11.252000',10213,0);
INSERT INTO "ratings" VALUES(117,114,8,'0.swIIZvnK2cIlr0s-F6Y02Q',1,NULL,2,'synthetic',3,NULL,'2026-11-24 09:34:11.252000','2026-11-24 09:34:22.287000',11035,0);
INSERT INTO "ratings" VALUES(118,115,8,'0.sTDaYTd9FlL6KZtxV_HmDQ',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:34:22.287000','2026-11-24 09:34:33.567000',11280,0);
INSERT INTO "ratings" VALUES(119,116,8,'0.BO7PRwtUSSPaH2IippnHXQ',1,NULL,5,'real',5,NULL,'2026-11-24 09:34:33.567000','2026-11-24 09:34:51.850000',18283,0);
INSERT INTO "ratings" VALUES(120,119,9,'0.zpWe3RL5LD7Y8Ah30Pa9UQ',1,NULL,3,'synthetic',1,NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:24.050000',24050,0);
INSERT INTO "ratings" VALUES(121,120,9,'0.6ajww-e0XQIDuEzTA_QeRA',1,NULL,3,'real',2,NULL,'2026-11-24 09:30:24.050000','2026-11-24 09:30:45.935000',21885,0);
INSERT INTO "ratings" VALUES(122,121,9,'0.19LlPP491xLv9koO_hLvfA',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:30:45.935000','2026-11-24 09:30:56.368000',10433,0);
INSERT INTO "ratings" VALUES(123,122,9,'0.LMqDfUWI1mDOBkSOGfWqww',1,NULL,4,'real',2,NULL,'2026-11-24 09:30:56.368000','2026-11-24 09:31:05.473000',9105,0);
INSERT INTO "ratings" VALUES(124,123,9,'0.-PUXy-fdwFlUEglias1q0A',1,NULL,3,'synthetic',1,NULL,'2026-11-24 09:31:05.473000','2026-11-24 09:31:16.649000',11176,0);
INSERT INTO "ratings" VALUES(125,124,9,'0.3yJtxvoB2lDqZRaxBCo6vw',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:31:16.649000','2026-11-24 09:31:24.142000',7493,0);
INSERT INTO "ratings" VALUES(126,125,9,'0.cc6d5smBdYKWkXtRTkXLFw',1,NULL,4,'real',4,NULL,'2026-11-24 09:31:24.142000','2026-11-24 09:31:39.511000',15369,0);
INSERT INTO "ratings" VALUES(127,126,9,'0.Z62Q6I-JvluXP2V5DHF5Zw',1,NULL,5,'real',4,NULL,'2026-11-24 09:31:39.511000','2026-11-24 09:31:54.825000',15314,0);
INSERT INTO "ratings" VALUES(128,127,9,'0.6-k34BbRo1LQ_y-vwxCvNA',1,NULL,3,'real',1,NULL,'2026-11-24 09:31:54.825000','2026-11-24 09:32:12.769000',17944,0);
INSERT INTO "ratings" VALUES(129,128,9,'0.FX21g818A40ZT38Oa8AAMQ',1,NULL,4,'real',4,NULL,'2026-11-24 09:32:12.769000','2026-11-24 09:32:22.247000',9478,0);
INSERT INTO "ratings" VALUES(130,129,9,'0.b3HcD7Bc45keysTznJX8wA',1,NULL,4,'real',3,NULL,'2026-11-24 09:32:22.247000','2026-11-24 09:32:39.265000',17018,0);
INSERT INTO "ratings" VALUES(131,130,9,'0.lUT8rdIUDP117U5DLX6E0w',1,NULL,4,'real',3,NULL,'2026-11-24 09:32:39.265000','2026-11-24 09:32:54.775000',15510,0);
INSERT INTO "ratings" VALUES(132,131,9,'0.RF1oVsFINZ5eaflAmvafHQ',1,NULL,2,'synthetic',3,NULL,'2026-11-24 09:32:54.775000','2026-11-24 09:33:09.979000',15204,0);
INSERT INTO "ratings" VALUES(133,132,9,'0.Zdh7rDGWYcGKhiIGaV3A1Q',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:33:09.979000','2026-11-24 09:33:29.132000',19153,0);
INSERT INTO "ratings" VALUES(134,133,9,'0.DmPtLUYrb9za1nf9UCOmmw',1,NULL,4,'real',2,NULL,'2026-11-24 09:33:29.132000','2026-11-24 09:33:47.810000',18678,0);
INSERT INTO "ratings" VALUES(135,136,10,'0.q3AiZ806LDpvDa4xmQJ6Ow',1,NULL,4,'real',4,NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:41.599000',41599,0);
INSERT INTO "ratings" VALUES(136,137,10,'0.LNxNmIpTW4bzB-9GJJYVfQ',1,NULL,4,'real',4,NULL,'2026-11-24 09:30:41.599000','2026-11-24 09:30:53.898000',12299,0);
INSERT INTO "ratings" VALUES(137,138,10,'0.05dz_C9Vih16TmHpKs_6GA',1,NULL,4,'real',2,NULL,'2026-11-24 09:30:53.898000','2026-11-24 09:31:04.477000',10579,0);
INSERT INTO "ratings" VALUES(138,139,10,'0.kvAy9f-53fa4uyp_I3Kw9g',1,NULL,2,'synthetic',3,NULL,'2026-11-24 09:31:04.477000','2026-11-24 09:31:10.954000',6477,0);
INSERT INTO "ratings" VALUES(139,140,10,'0.5v4jaJsj_ARcidIJlCTYHA',1,NULL,5,'real',4,NULL,'2026-11-24 09:31:10.954000','2026-11-24 09:31:18.799000',7845,0);
INSERT INTO "ratings" VALUES(140,141,10,'0.xttfCDYC-t628o4kpFmoNw',1,NULL,2,'synthetic',4,NULL,'2026-11-24 09:31:18.799000','2026-11-24 09:31:28.420000',9621,0);
INSERT INTO "ratings" VALUES(141,142,10,'0.QS81lTZ1Y9pqDPFPTWm1ag',1,NULL,5,'real',5,NULL,'2026-11-24 09:31:28.420000','2026-11-24 09:31:40.200000',11780,0);
INSERT INTO "ratings" VALUES(142,143,10,'0.bqzl4FOpKzTJhEEkPAEuKQ',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:31:40.200000','2026-11-24 09:31:50.292000',10092,0);
INSERT INTO "ratings" VALUES(143,144,10,'0.J8HBVoJz5bZOp6TlkJvr6A',1,NULL,2,'synthetic',5,NULL,'2026-11-24 09:31:50.292000','2026-11-24 09:31:57.556000',7264,0);
INSERT INTO "ratings" VALUES(144,145,10,'0.aZnbw7tNJb-6-lwsImPdGg',1,NULL,3,'real',2,NULL,'2026-11-24 09:31:57.556000','2026-11-24 09:32:07.396000',9840,0);
INSERT INTO "ratings" VALUES(145,146,10,'0.kwQ3JmS3RYuVvqsqpzqIXQ',1,NULL,4,'real',3,NULL,'2026-11-24 09:32:07.396000','2026-11-24 09:32:15.231000',7835,0);
INSERT INTO "ratings" VALUES(146,147,10,'0.bkjRduGnAfe3x9MToJYM7w',1,NULL,2,'synthetic',4,NULL,'2026-11-24 09:32:15.231000','2026-11-24 09:32:26.487000',11256,0);
INSERT INTO "ratings" VALUES(147,148,10,'0.kjumeD9ikC6dLH6MtrXcHw',1,NULL,3,'real',2,NULL,'2026-11-24 09:32:26.487000','2026-11-24 09:32:36.627000',10140,0);
INSERT INTO "ratings" VALUES(148,149,10,'0.-D3n-Y55tH8OsqOIYrcjbw',1,NULL,4,'real',3,NULL,'2026-11-24 09:32:36.627000','2026-11-24 09:32:48.842000',12215,0);
INSERT INTO "ratings" VALUES(149,150,10,'0.bldAxpcurEhQSkeVAQwqyQ',1,NULL,5,'real',4,NULL,'2026-11-24 09:32:48.842000','2026-11-24 09:33:06.564000',17722,0);
INSERT INTO "ratings" VALUES(150,153,11,'0.YOgdv6g1ps0OnnINNkHFag',1,NULL,4,'real',4,NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:09.775000',9775,0);
INSERT INTO "ratings" VALUES(151,154,11,'0.0_ZgqNlck-caJYv5UzWnBA',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:30:09.775000','2026-11-24 09:30:19.367000',9592,0);
INSERT INTO "ratings" VALUES(152,155,11,'0.7itAeBhKUil6AzqFaC3SdA',1,NULL,4,'real',2,NULL,'2026-11-24 09:30:19.367000','2026-11-24 09:30:26.127000',6760,0);
INSERT INTO "ratings" VALUES(153,156,11,'0._g240s280xtOD9dXS9qg3Q',1,NULL,4,'real',2,NULL,'2026-11-24 09:30:26.127000','2026-11-24 09:30:36.068000',9941,0);
INSERT INTO "ratings" VALUES(154,157,11,'0.jOQ6PVawpGNQEoFKhDvYkg',1,NULL,5,'real',5,NULL,'2026-11-24 09:30:36.068000','2026-11-24 09:30:47.621000',11553,0);
INSERT INTO "ratings" VALUES(155,158,11,'0.8d6eMkt-iN0Vs8VV6OdjsA',1,NULL,3,'synthetic',3,NULL,'2026-11-24 09:30:47.621000','2026-11-24 09:31:02.928000',15307,0);
INSERT INTO "ratings" VALUES(156,159,11,'0.d03Sj7DgYdEaNVBNnUvNuQ',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:31:02.928000','2026-11-24 09:31:24.533000',21605,0);
INSERT INTO "ratings" VALUES(157,160,11,'0.imoe6bEz3fKD8V9oFtjtVQ',1,NULL,4,'real',3,NULL,'2026-11-24 09:31:24.533000','2026-11-24 09:31:33.515000',8982,0);
INSERT INTO "ratings" VALUES(158,161,11,'0.uopPXCLHpVEQstVYG2A37g',1,NULL,5,'real',5,NULL,'2026-11-24 09:31:33.515000','2026-11-24 09:31:42.861000',9346,0);
INSERT INTO "ratings" VALUES(159,162,11,'0.pWnynC-C1f2jUobPj-IxLQ',1,NULL,5,'real',5,NULL,'2026-11-24 09:31:42.861000','2026-11-24 09:31:47.044000',4183,0);
INSERT INTO "ratings" VALUES(160,163,11,'0.eOJRpdZBz2Y6N1tndFCTiQ',1,NULL,1,'synthetic',5,NULL,'2026-11-24 09:31:47.044000','2026-11-24 09:31:54.626000',7582,0);
INSERT INTO "ratings" VALUES(161,164,11,'0.n3OPP_5VycNYnLPZcwSj_A',1,NULL,4,'real',3,NULL,'2026-11-24 09:31:54.626000','2026-11-24 09:32:00.693000',6067,0);
INSERT INTO "ratings" VALUES(162,165,11,'0.jxkoJxZjw4TO8oppm---Wg',1,NULL,4,'real',2,NULL,'2026-11-24 09:32:00.693000','2026-11-24 09:32:10.962000',10269,0);
INSERT INTO "ratings" VALUES(163,166,11,'0.rryMQGAECJ33WOB_-4RMZw',1,NULL,4,'real',3,NULL,'2026-11-24 09:32:10.962000','2026-11-24 09:32:22.395000',11433,0);
INSERT INTO "ratings" VALUES(164,167,11,'0.WndAtWC2oDuS4o7_RzGXyA',1,NULL,3,'synthetic',2,NULL,'2026-11-24 09:32:22.395000','2026-11-24 09:32:25.829000',3434,0);
CREATE TABLE readers (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	is_simulated BOOLEAN NOT NULL, 
	invited_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	consented_at DATETIME, 
	profiled_at DATETIME, 
	began_at DATETIME, 
	finished_at DATETIME, 
	role VARCHAR(40), 
	specialty VARCHAR(40), 
	years_experience INTEGER, 
	reading_frequency VARCHAR(40), 
	order_seed VARCHAR(80), 
	order_algorithm VARCHAR(40), 
	break_taken_after INTEGER NOT NULL, 
	CONSTRAINT pk_readers PRIMARY KEY (id), 
	CONSTRAINT fk_readers_study_id_studies FOREIGN KEY(study_id) REFERENCES studies (id), 
	CONSTRAINT uq_readers_study_id_code UNIQUE (study_id, code), 
	CONSTRAINT uq_readers_token_hash UNIQUE (token_hash)
);
INSERT INTO "readers" VALUES(1,1,'R01','b76d8cdc344a90e9643251e6254187027aa5239f793a896ba23df64eaa1e7f90',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:37:07.000000','radiologist','chest',12,'daily','spread-1:7:R01','spread-1',10);
INSERT INTO "readers" VALUES(2,1,'R02','2f9bc177a5b25fa4bbbbbeb668e28f1f229d81567e2c676b485cb22bffac0287',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:38:33.000000','radiologist','chest',12,'daily','spread-1:7:R02','spread-1',10);
INSERT INTO "readers" VALUES(3,1,'R03','f631fdf004aaeee3d74b71e0c8543568e362d58886dfa7b46dfd4b375bb7313b',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:38:12.000000','radiologist','chest',12,'daily','spread-1:7:R03','spread-1',10);
INSERT INTO "readers" VALUES(4,2,'R01','30022a397b88d761b5fb5949c0acc6583512962a17e6e81c4b877fbcc16439fe',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:35:01.000000','radiologist','chest',12,'daily','spread-1:7:R01','spread-1',0);
INSERT INTO "readers" VALUES(5,2,'R02','b6ffdbf12e0ad3312995e2e8692384b29b354823020b1fa18b8084108025d1a0',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:35:07.000000','radiologist','chest',12,'daily','spread-1:7:R02','spread-1',0);
INSERT INTO "readers" VALUES(6,3,'R01','0a426c353dea5d540cfe709a4aa5daa484c1577eb0d97acbd0eb93ab7a5123af',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',NULL,'radiologist','chest',12,'daily','spread-1:11:R01','spread-1',0);
INSERT INTO "readers" VALUES(7,3,'R02','34abb9924d84ec3db487b6d6f2373726ad7b810504435d3c819b1c4749a0b9e0',0,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',NULL,'radiologist','chest',12,'daily','spread-1:11:R02','spread-1',0);
INSERT INTO "readers" VALUES(8,5,'S01','0bf3e7afaa413dc6dc225c3e0bcec065b9d4d3fd2e6b5ee2d19f5b1eeab89403',1,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','radiologist','chest',14,'daily','spread-1:297851642316959646:S01','spread-1',0);
INSERT INTO "readers" VALUES(9,5,'S02','3d4772e54eeda7d7406082bf687940e4cb6a2ac3ae670c2ffa20605eb8054237',1,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','radiology_resident','general_radiology',3,'daily','spread-1:297851642316959646:S02','spread-1',0);
INSERT INTO "readers" VALUES(10,5,'S03','329bc217a7392016f8ffc73997819c282ba25ac270de45a57c2e162d17ea5ff1',1,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','other_physician','pulmonology',9,'weekly','spread-1:297851642316959646:S03','spread-1',0);
INSERT INTO "readers" VALUES(11,5,'S04','d6d7358a913d6f1365c9529347350acf3f89e7caca7cfcdfe69a1d5eebabc8bb',1,'2026-11-24 09:30:00.000000',NULL,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','radiologist','general_radiology',21,'daily','spread-1:297851642316959646:S04','spread-1',0);
CREATE TABLE reading_sessions (
	id INTEGER NOT NULL, 
	reader_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	last_active_at DATETIME NOT NULL, 
	CONSTRAINT pk_reading_sessions PRIMARY KEY (id), 
	CONSTRAINT fk_reading_sessions_reader_id_readers FOREIGN KEY(reader_id) REFERENCES readers (id), 
	CONSTRAINT uq_reading_sessions_reader_id_number UNIQUE (reader_id, number)
);
INSERT INTO "reading_sessions" VALUES(1,1,1,'2026-11-24 09:30:00.000000','2026-11-24 09:37:07.000000');
INSERT INTO "reading_sessions" VALUES(2,2,1,'2026-11-24 09:30:00.000000','2026-11-24 09:38:33.000000');
INSERT INTO "reading_sessions" VALUES(3,3,1,'2026-11-24 09:30:00.000000','2026-11-24 09:38:12.000000');
INSERT INTO "reading_sessions" VALUES(4,4,1,'2026-11-24 09:30:00.000000','2026-11-24 09:35:01.000000');
INSERT INTO "reading_sessions" VALUES(5,5,1,'2026-11-24 09:30:00.000000','2026-11-24 09:35:07.000000');
INSERT INTO "reading_sessions" VALUES(6,6,1,'2026-11-24 09:30:00.000000','2026-11-24 09:32:13.000000');
INSERT INTO "reading_sessions" VALUES(7,7,1,'2026-11-24 09:30:00.000000','2026-11-24 09:32:45.000000');
INSERT INTO "reading_sessions" VALUES(8,8,1,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000');
INSERT INTO "reading_sessions" VALUES(9,9,1,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000');
INSERT INTO "reading_sessions" VALUES(10,10,1,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000');
INSERT INTO "reading_sessions" VALUES(11,11,1,'2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000');
CREATE TABLE renditions (
	id INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_renditions PRIMARY KEY (id), 
	CONSTRAINT fk_renditions_image_id_images FOREIGN KEY(image_id) REFERENCES images (id), 
	CONSTRAINT uq_renditions_image_id_size UNIQUE (image_id, size)
);
INSERT INTO "renditions" VALUES(1,1,64,'4c56c561be1a952272d0efc7eba9c7e3952cef1990c29b9253dd429068845caf');
INSERT INTO "renditions" VALUES(2,2,64,'706c3c1e193dbf1c56ba03cfb2742e1641817d40a8631aa1bc9cb2f4adf3c1e6');
INSERT INTO "renditions" VALUES(3,3,64,'837d6fa31e627676d0b6745d8f9b009ebca5c977ce28829cc078ef9ccb35e80e');
INSERT INTO "renditions" VALUES(4,4,64,'a883d6dd03a8d7de002e5dd98a214020b46ae4123e9bb52e5d7b0b15f049fc68');
INSERT INTO "renditions" VALUES(5,5,64,'532d1484ebf60984417acd350f3da58a4f75d2174d3d31a26ead62b28ab25258');
INSERT INTO "renditions" VALUES(6,6,64,'e478c5f8e1b942046eaf0413b4670f254f8bf1b43d35181a118817d9d93735c3');
INSERT INTO "renditions" VALUES(7,7,64,'2113819cee4ee9611d8840989870bc6ce20dc4fc74d2f1357c4c89a288761635');
INSERT INTO "renditions" VALUES(8,8,64,'fbe95950517c8f9c3da9eb21190425ba7bfbf77a66d9796dac0a8ed91818e3c6');
INSERT INTO "renditions" VALUES(9,9,64,'e634da39aa0c57fbeb80b275b0cde53a2b72787b8ca0839992da4a40dedec91a');
INSERT INTO "renditions" VALUES(10,10,64,'dd798203a0adb71829458ac1620c0ad744caf88c61a1a6271a9339eeb08fb6bf');
INSERT INTO "renditions" VALUES(11,11,64,'6c4936c7d00240fc960ab00c0fee7d7a21ff48b1d8617281072b0a6c12074343');
INSERT INTO "renditions" VALUES(12,12,64,'44c96e22c00131c41795c3d6d94fc28eb7f4c040fc0d9962b3004c07e304ff7a');
INSERT INTO "renditions" VALUES(13,13,64,'e17d00cd19062ba8306ed19dea25282b4b87f9f32c0b01a53b8819c18624a465');
INSERT INTO "renditions" VALUES(14,14,64,'9a0999f8e10042326402250cd18896b0aa00a337901cf342a672052628fd0882');
INSERT INTO "renditions" VALUES(15,15,64,'a0d633f889a9ad9bda755c8583d4539619f011c1af786675539597bc37f3cefb');
INSERT INTO "renditions" VALUES(16,16,64,'8f9c193ae4f717ffcd82d1e548462e486aa737c890289a7395d07bc32eb142a6');
INSERT INTO "renditions" VALUES(17,17,64,'9771237e5061815aae3e0f5ce575e7e0e73abd48ffd5e03659140079ea90800f');
INSERT INTO "renditions" VALUES(18,18,64,'3e9eba275c2f3da4c6e6a2534e595d8ecf61e205f426ad99982094b58d9ae010');
INSERT INTO "renditions" VALUES(19,19,64,'317c23158084fcc2115d89bde613ae2889a4bda43144ffb258ac2465b5fdb432');
INSERT INTO "renditions" VALUES(20,20,64,'dbefec061ff3bfe51f1001229aae0317206101a46be14b9ee461b47720fa230f');
INSERT INTO "renditions" VALUES(21,21,64,'d06e37841bb7326b187e8c8142d9fe21deeef6c1c7a71e8a0f5249272bf5f8dd');
INSERT INTO "renditions" VALUES(22,22,64,'b66a184c4a55f25cd6389e063c4e04ad0918b2d35cb90edc904affcdb8e96d85');
INSERT INTO "renditions" VALUES(23,23,64,'23e7624f63017b9c761b11fa8b71b4f1d7165e72f2b886de92552635c9cc8c63');
INSERT INTO "renditions" VALUES(24,24,64,'195de23a928afb65495e95372a644c7865ad04130ef36346fa110382c9b4c5f7');
INSERT INTO "renditions" VALUES(25,25,64,'14d2f21daf04807b3a4e7ea71065474bf6fb5ad9b01b4b944b9b28d4c682697c');
INSERT INTO "renditions" VALUES(26,26,64,'fb9989e979f34e2c6c5d08a0d3ed8e3f88ff11cbf2b88daaf97b3fbd11f5f74d');
INSERT INTO "renditions" VALUES(27,27,64,'eec4097d41cceb7654809bb7be10cd19c089df72a63cead5ec17902b02b8ba65');
INSERT INTO "renditions" VALUES(28,28,64,'62076adcb0c58997cd4676ba131cfb165f711034853a4ae0254deb5736346029');
INSERT INTO "renditions" VALUES(29,29,64,'b6deac592bd38b3edf889d615da27ca3b13b21635529e0fb52995c6e97f48845');
INSERT INTO "renditions" VALUES(30,30,64,'e4730e49396dcdef7c86d888846f7d02217d72c6d043ed6634d5f4e3a46f1a20');
INSERT INTO "renditions" VALUES(31,31,64,'c6e06f821d5ac53c388e3b32e54cf7eae1628aa23c6e1e1336c48e36ccd1e172');
INSERT INTO "renditions" VALUES(32,32,64,'ddd287fd01907ce0aba2d91a54dc1333b800cf0d2a04144378ce6b8e5197751b');
INSERT INTO "renditions" VALUES(33,33,64,'6b65a2bdd3cb94a7861dd754c9fe9359e37b6a8502d4e0d0390be4778266c113');
INSERT INTO "renditions" VALUES(34,34,64,'b23637eac504b45d1ced7f8170177fd6029ec62f77f537704294288867337469');
INSERT INTO "renditions" VALUES(35,35,64,'cad06639a52402c6b23c06da60699d34ddcd255d7a5cf8253ec409a1dc73a348');
INSERT INTO "renditions" VALUES(36,36,64,'96d7fad04342a2c79a7b88042c98085889f509fb54d529d7e48a35c9bf446886');
CREATE TABLE shown_cases (
	presentation_id INTEGER NOT NULL, 
	slot INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	CONSTRAINT pk_shown_cases PRIMARY KEY (presentation_id, slot), 
	CONSTRAINT fk_shown_cases_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_shown_cases_presentation_id_presentations FOREIGN KEY(presentation_id) REFERENCES presentations (id)
);
INSERT INTO "shown_cases" VALUES(1,1,13);
INSERT INTO "shown_cases" VALUES(2,1,14);
INSERT INTO "shown_cases" VALUES(3,1,11);
INSERT INTO "shown_cases" VALUES(4,1,8);
INSERT INTO "shown_cases" VALUES(5,1,9);
INSERT INTO "shown_cases" VALUES(6,1,4);
INSERT INTO "shown_cases" VALUES(7,1,6);
INSERT INTO "shown_cases" VALUES(8,1,3);
INSERT INTO "shown_cases" VALUES(9,1,8);
INSERT INTO "shown_cases" VALUES(10,1,1);
INSERT INTO "shown_cases" VALUES(11,1,7);
INSERT INTO "shown_cases" VALUES(12,1,12);
INSERT INTO "shown_cases" VALUES(13,1,10);
INSERT INTO "shown_cases" VALUES(14,1,1);
INSERT INTO "shown_cases" VALUES(15,1,3);
INSERT INTO "shown_cases" VALUES(16,1,5);
INSERT INTO "shown_cases" VALUES(17,1,2);
INSERT INTO "shown_cases" VALUES(18,1,13);
INSERT INTO "shown_cases" VALUES(19,1,14);
INSERT INTO "shown_cases" VALUES(20,1,6);
INSERT INTO "shown_cases" VALUES(21,1,2);
INSERT INTO "shown_cases" VALUES(22,1,3);
INSERT INTO "shown_cases" VALUES(23,1,5);
INSERT INTO "shown_cases" VALUES(24,1,7);
INSERT INTO "shown_cases" VALUES(25,1,10);
INSERT INTO "shown_cases" VALUES(26,1,9);
INSERT INTO "shown_cases" VALUES(27,1,8);
INSERT INTO "shown_cases" VALUES(28,1,4);
INSERT INTO "shown_cases" VALUES(29,1,1);
INSERT INTO "shown_cases" VALUES(30,1,3);
INSERT INTO "shown_cases" VALUES(31,1,11);
INSERT INTO "shown_cases" VALUES(32,1,8);
INSERT INTO "shown_cases" VALUES(33,1,12);
INSERT INTO "shown_cases" VALUES(34,1,1);
INSERT INTO "shown_cases" VALUES(35,1,14);
INSERT INTO "shown_cases" VALUES(36,1,13);
INSERT INTO "shown_cases" VALUES(37,1,12);
INSERT INTO "shown_cases" VALUES(38,1,6);
INSERT INTO "shown_cases" VALUES(39,1,11);
INSERT INTO "shown_cases" VALUES(40,1,8);
INSERT INTO "shown_cases" VALUES(41,1,9);
INSERT INTO "shown_cases" VALUES(42,1,7);
INSERT INTO "shown_cases" VALUES(43,1,1);
INSERT INTO "shown_cases" VALUES(44,1,2);
INSERT INTO "shown_cases" VALUES(45,1,8);
INSERT INTO "shown_cases" VALUES(46,1,5);
INSERT INTO "shown_cases" VALUES(47,1,1);
INSERT INTO "shown_cases" VALUES(48,1,3);
INSERT INTO "shown_cases" VALUES(49,1,4);
INSERT INTO "shown_cases" VALUES(50,1,10);
INSERT INTO "shown_cases" VALUES(51,1,3);
INSERT INTO "shown_cases" VALUES(52,1,25);
INSERT INTO "shown_cases" VALUES(53,1,22);
INSERT INTO "shown_cases" VALUES(54,1,23);
INSERT INTO "shown_cases" VALUES(55,1,18);
INSERT INTO "shown_cases" VALUES(56,1,20);
INSERT INTO "shown_cases" VALUES(57,1,17);
INSERT INTO "shown_cases" VALUES(58,1,15);
INSERT INTO "shown_cases" VALUES(59,1,21);
INSERT INTO "shown_cases" VALUES(60,1,26);
INSERT INTO "shown_cases" VALUES(61,1,24);
INSERT INTO "shown_cases" VALUES(62,1,19);
INSERT INTO "shown_cases" VALUES(63,1,16);
INSERT INTO "shown_cases" VALUES(64,1,20);
INSERT INTO "shown_cases" VALUES(65,1,16);
INSERT INTO "shown_cases" VALUES(66,1,17);
INSERT INTO "shown_cases" VALUES(67,1,19);
INSERT INTO "shown_cases" VALUES(68,1,21);
INSERT INTO "shown_cases" VALUES(69,1,24);
INSERT INTO "shown_cases" VALUES(70,1,23);
INSERT INTO "shown_cases" VALUES(71,1,22);
INSERT INTO "shown_cases" VALUES(72,1,18);
INSERT INTO "shown_cases" VALUES(73,1,25);
INSERT INTO "shown_cases" VALUES(74,1,15);
INSERT INTO "shown_cases" VALUES(75,1,26);
INSERT INTO "shown_cases" VALUES(76,1,33);
INSERT INTO "shown_cases" VALUES(77,1,31);
INSERT INTO "shown_cases" VALUES(78,1,32);
INSERT INTO "shown_cases" VALUES(79,1,29);
INSERT INTO "shown_cases" VALUES(80,1,36);
INSERT INTO "shown_cases" VALUES(81,1,34);
INSERT INTO "shown_cases" VALUES(82,1,37);
INSERT INTO "shown_cases" VALUES(83,1,30);
INSERT INTO "shown_cases" VALUES(84,1,27);
INSERT INTO "shown_cases" VALUES(85,1,38);
INSERT INTO "shown_cases" VALUES(86,1,35);
INSERT INTO "shown_cases" VALUES(87,1,28);
INSERT INTO "shown_cases" VALUES(88,1,34);
INSERT INTO "shown_cases" VALUES(89,1,27);
INSERT INTO "shown_cases" VALUES(90,1,36);
INSERT INTO "shown_cases" VALUES(91,1,38);
INSERT INTO "shown_cases" VALUES(92,1,29);
INSERT INTO "shown_cases" VALUES(93,1,30);
INSERT INTO "shown_cases" VALUES(94,1,31);
INSERT INTO "shown_cases" VALUES(95,1,32);
INSERT INTO "shown_cases" VALUES(96,1,35);
INSERT INTO "shown_cases" VALUES(97,1,37);
INSERT INTO "shown_cases" VALUES(98,1,28);
INSERT INTO "shown_cases" VALUES(99,1,33);
INSERT INTO "shown_cases" VALUES(100,1,51);
INSERT INTO "shown_cases" VALUES(101,1,52);
INSERT INTO "shown_cases" VALUES(102,1,43);
INSERT INTO "shown_cases" VALUES(103,1,49);
INSERT INTO "shown_cases" VALUES(104,1,44);
INSERT INTO "shown_cases" VALUES(105,1,41);
INSERT INTO "shown_cases" VALUES(106,1,45);
INSERT INTO "shown_cases" VALUES(107,1,40);
INSERT INTO "shown_cases" VALUES(108,1,44);
INSERT INTO "shown_cases" VALUES(109,1,41);
INSERT INTO "shown_cases" VALUES(110,1,47);
INSERT INTO "shown_cases" VALUES(111,1,39);
INSERT INTO "shown_cases" VALUES(112,1,50);
INSERT INTO "shown_cases" VALUES(113,1,42);
INSERT INTO "shown_cases" VALUES(114,1,48);
INSERT INTO "shown_cases" VALUES(115,1,46);
INSERT INTO "shown_cases" VALUES(116,1,42);
INSERT INTO "shown_cases" VALUES(117,1,51);
INSERT INTO "shown_cases" VALUES(118,1,52);
INSERT INTO "shown_cases" VALUES(119,1,49);
INSERT INTO "shown_cases" VALUES(120,1,45);
INSERT INTO "shown_cases" VALUES(121,1,48);
INSERT INTO "shown_cases" VALUES(122,1,44);
INSERT INTO "shown_cases" VALUES(123,1,39);
INSERT INTO "shown_cases" VALUES(124,1,46);
INSERT INTO "shown_cases" VALUES(125,1,43);
INSERT INTO "shown_cases" VALUES(126,1,44);
INSERT INTO "shown_cases" VALUES(127,1,41);
INSERT INTO "shown_cases" VALUES(128,1,47);
INSERT INTO "shown_cases" VALUES(129,1,42);
INSERT INTO "shown_cases" VALUES(130,1,41);
INSERT INTO "shown_cases" VALUES(131,1,40);
INSERT INTO "shown_cases" VALUES(132,1,42);
INSERT INTO "shown_cases" VALUES(133,1,50);
INSERT INTO "shown_cases" VALUES(134,1,52);
INSERT INTO "shown_cases" VALUES(135,1,51);
INSERT INTO "shown_cases" VALUES(136,1,43);
INSERT INTO "shown_cases" VALUES(137,1,42);
INSERT INTO "shown_cases" VALUES(138,1,44);
INSERT INTO "shown_cases" VALUES(139,1,46);
INSERT INTO "shown_cases" VALUES(140,1,42);
INSERT INTO "shown_cases" VALUES(141,1,41);
INSERT INTO "shown_cases" VALUES(142,1,47);
INSERT INTO "shown_cases" VALUES(143,1,50);
INSERT INTO "shown_cases" VALUES(144,1,40);
INSERT INTO "shown_cases" VALUES(145,1,44);
INSERT INTO "shown_cases" VALUES(146,1,41);
INSERT INTO "shown_cases" VALUES(147,1,48);
INSERT INTO "shown_cases" VALUES(148,1,49);
INSERT INTO "shown_cases" VALUES(149,1,39);
INSERT INTO "shown_cases" VALUES(150,1,45);
INSERT INTO "shown_cases" VALUES(151,1,52);
INSERT INTO "shown_cases" VALUES(152,1,51);
INSERT INTO "shown_cases" VALUES(153,1,45);
INSERT INTO "shown_cases" VALUES(154,1,40);
INSERT INTO "shown_cases" VALUES(155,1,49);
INSERT INTO "shown_cases" VALUES(156,1,50);
INSERT INTO "shown_cases" VALUES(157,1,43);
INSERT INTO "shown_cases" VALUES(158,1,41);
INSERT INTO "shown_cases" VALUES(159,1,48);
INSERT INTO "shown_cases" VALUES(160,1,42);
INSERT INTO "shown_cases" VALUES(161,1,44);
INSERT INTO "shown_cases" VALUES(162,1,39);
INSERT INTO "shown_cases" VALUES(163,1,46);
INSERT INTO "shown_cases" VALUES(164,1,47);
INSERT INTO "shown_cases" VALUES(165,1,44);
INSERT INTO "shown_cases" VALUES(166,1,42);
INSERT INTO "shown_cases" VALUES(167,1,41);
CREATE TABLE studies (
	id INTEGER NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	status VARCHAR(6) NOT NULL, 
	design TEXT NOT NULL, 
	design_sha256 VARCHAR(64), 
	cases_sha256 VARCHAR(64), 
	created_at DATETIME NOT NULL, 
	opened_at DATETIME, 
	closed_at DATETIME, 
	rehearsal_of_id INTEGER, 
	CONSTRAINT pk_studies PRIMARY KEY (id), 
	CONSTRAINT ck_studies_status CHECK (status IN ('draft', 'open', 'closed')), 
	CONSTRAINT fk_studies_rehearsal_of_id_studies FOREIGN KEY(rehearsal_of_id) REFERENCES studies (id), 
	CONSTRAINT uq_studies_slug UNIQUE (slug)
);
INSERT INTO "studies" VALUES(1,'trial-study','Trial study','closed','{"arms":[{"abnormal":2,"arm":"real","normal":2},{"abnormal":2,"arm":"M0","normal":2},{"abnormal":2,"arm":"M1","normal":2}],"break_every":5,"consent":"You are invited to take part in a reader study of chest radiographs. You will look at images, some of which were made by a computer, and say how realistic each looks.\n\nTaking part is voluntary; you may stop at any time by closing the page. Your answers are stored under a code, never under your name, and may be published in anonymous form.","equivalence_margin":0.1,"instructions":"You will see one chest radiograph at a time. Some were taken of patients, some were made by a computer. Judge each on its own; there is no fixed share of either.\n\nTake the time you would take in practice. You may stop and come back by the same link: it resumes at the same case.","longest_run":3,"notice":"","practice":{"count":2,"feedback":true},"questions":{"comment":true,"confidence":true,"realism":"1-5","verdict":true},"rendition_size":64,"replicates":{"count":3,"minimum_lag":3},"seed":7,"title":"Trial study"}','9603e929592c2a7e7e05682d7b6f6f7c4a98888e7d46248eab09e57ca3073e1c','c95c4c582f6a781af0e41065298d8f05e063be5dc3538b4afb33284962d84250','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',NULL);
INSERT INTO "studies" VALUES(2,'slider-only','Slider only','closed','{"arms":[{"abnormal":2,"arm":"real","normal":2},{"abnormal":2,"arm":"M0","normal":2},{"abnormal":2,"arm":"M1","normal":2}],"break_every":0,"consent":"You are invited to take part in a reader study of chest radiographs. You will look at images, some of which were made by a computer, and say how realistic each looks.\n\nTaking part is voluntary; you may stop at any time by closing the page. Your answers are stored under a code, never under your name, and may be published in anonymous form.","equivalence_margin":0.1,"instructions":"You will see one chest radiograph at a time. Some were taken of patients, some were made by a computer. Judge each on its own; there is no fixed share of either.\n\nTake the time you would take in practice. You may stop and come back by the same link: it resumes at the same case.","longest_run":3,"notice":"","practice":{"count":0,"feedback":false},"questions":{"comment":false,"confidence":false,"realism":"0-100","verdict":false},"rendition_size":64,"replicates":{"count":0,"minimum_lag":20},"seed":7,"title":"Slider only"}','e4789047965b36ad0f766cb46840e51201478c0b94ca4ed2778cd66875a1400c','e998af316aab024f2e11cf685bd3bd74e3f07ffcd99e44ed724dad7e6b021431','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',NULL);
INSERT INTO "studies" VALUES(3,'verdict-seven-points','Verdict, seven points','open','{"arms":[{"abnormal":2,"arm":"real","normal":2},{"abnormal":2,"arm":"M0","normal":2},{"abnormal":2,"arm":"M1","normal":2}],"break_every":0,"consent":"You are invited to take part in a reader study of chest radiographs. You will look at images, some of which were made by a computer, and say how realistic each looks.\n\nTaking part is voluntary; you may stop at any time by closing the page. Your answers are stored under a code, never under your name, and may be published in anonymous form.","equivalence_margin":0.1,"instructions":"You will see one chest radiograph at a time. Some were taken of patients, some were made by a computer. Judge each on its own; there is no fixed share of either.\n\nTake the time you would take in practice. You may stop and come back by the same link: it resumes at the same case.","longest_run":3,"notice":"","practice":{"count":0,"feedback":false},"questions":{"comment":true,"confidence":false,"realism":"1-7","verdict":true},"rendition_size":64,"replicates":{"count":0,"minimum_lag":20},"seed":11,"title":"Verdict, seven points"}','3f35a4b6b104c8baa02180b3637ca65c60dd927cd85824364539d243c87099fc','1bd2ceb2e8aee52d9e82ab9defd632ebf3b4a9ffda55374975c90d5156250363','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',NULL,NULL);
INSERT INTO "studies" VALUES(4,'a-draft','A draft','draft','{"arms":[{"abnormal":2,"arm":"real","normal":2},{"abnormal":2,"arm":"M0","normal":2},{"abnormal":2,"arm":"M1","normal":2}],"break_every":0,"consent":"You are invited to take part in a reader study of chest radiographs. You will look at images, some of which were made by a computer, and say how realistic each looks.\n\nTaking part is voluntary; you may stop at any time by closing the page. Your answers are stored under a code, never under your name, and may be published in anonymous form.","equivalence_margin":0.1,"instructions":"You will see one chest radiograph at a time. Some were taken of patients, some were made by a computer. Judge each on its own; there is no fixed share of either.\n\nTake the time you would take in practice. You may stop and come back by the same link: it resumes at the same case.","longest_run":3,"notice":"","practice":{"count":0,"feedback":false},"questions":{"comment":true,"confidence":true,"realism":"1-5","verdict":true},"rendition_size":64,"replicates":{"count":0,"minimum_lag":20},"seed":7,"title":"A draft"}',NULL,NULL,'2026-11-24 09:30:00.000000',NULL,NULL,NULL);
INSERT INTO "studies" VALUES(5,'trial-study-rehearsal','Rehearsal of: Trial study','closed','{"arms":[{"abnormal":2,"arm":"real","normal":2},{"abnormal":2,"arm":"M0","normal":2},{"abnormal":2,"arm":"M1","normal":2}],"break_every":5,"consent":"You are invited to take part in a reader study of chest radiographs. You will look at images, some of which were made by a computer, and say how realistic each looks.\n\nTaking part is voluntary; you may stop at any time by closing the page. Your answers are stored under a code, never under your name, and may be published in anonymous form.","equivalence_margin":0.1,"instructions":"You will see one chest radiograph at a time. Some were taken of patients, some were made by a computer. Judge each on its own; there is no fixed share of either.\n\nTake the time you would take in practice. You may stop and come back by the same link: it resumes at the same case.","longest_run":3,"notice":"Rehearsal: simulated readers, invented answers","practice":{"count":2,"feedback":true},"questions":{"comment":true,"confidence":true,"realism":"1-5","verdict":true},"rendition_size":64,"replicates":{"count":3,"minimum_lag":3},"seed":297851642316959646,"title":"Rehearsal of: Trial study"}','c06cd65500ac6b2be9f112972fdb3391c8968a5ba159e300abfeb3a257758e9a','dfe776032b04bbfa545c7a7cfb24f3be149c4159fff130834d51ab493e8ea9da','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000','2026-11-24 09:30:00.000000',1);
CREATE INDEX ix_events_study_id ON events (study_id);
CREATE INDEX ix_images_sha256 ON images (sha256);
CREATE INDEX ix_shown_cases_case_id ON shown_cases (case_id);
COMMIT;