CREATE TABLE answers (
	"key" VARCHAR(120) NOT NULL,
	person VARCHAR(40) DEFAULT '' NOT NULL,
	coverage VARCHAR(20) NOT NULL,
	mode VARCHAR(120) NOT NULL,
	prompt VARCHAR(20) NOT NULL,
	passages JSON NOT NULL,
	milliseconds INTEGER NOT NULL,
	notice TEXT NOT NULL,
	withheld INTEGER NOT NULL,
	answered_at DATETIME NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE channels (
	"key" VARCHAR(80) NOT NULL,
	answers VARCHAR(20) NOT NULL,
	guides JSON NOT NULL,
	quiet_from VARCHAR(5) NOT NULL,
	quiet_until VARCHAR(5) NOT NULL,
	zone VARCHAR(60) NOT NULL,
	set_by VARCHAR(40) NOT NULL,
	set_at DATETIME NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE confirmations (
	id VARCHAR(40) NOT NULL,
	team VARCHAR(40) NOT NULL,
	"key" VARCHAR(120) NOT NULL,
	slot VARCHAR(120),
	question TEXT NOT NULL,
	answer TEXT NOT NULL,
	sources JSON NOT NULL,
	passages JSON NOT NULL,
	mentor VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	corrected BOOLEAN DEFAULT 0 NOT NULL,
	instead_of VARCHAR(40) DEFAULT '' NOT NULL,
	told BOOLEAN DEFAULT 0 NOT NULL,
	made_at DATETIME NOT NULL,
	changed_at DATETIME NOT NULL,
	changed_by VARCHAR(40) NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (slot)
);
CREATE INDEX ix_confirmations_key ON confirmations ("key");
CREATE INDEX ix_confirmations_mentor ON confirmations (mentor);
CREATE INDEX ix_confirmations_state ON confirmations (state);
CREATE TABLE confirmations_version (
	name VARCHAR(20) NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE deeds (
	number INTEGER NOT NULL,
	person VARCHAR(40) NOT NULL,
	what VARCHAR(40) NOT NULL,
	about VARCHAR(120) NOT NULL,
	done_at DATETIME NOT NULL,
	PRIMARY KEY (number)
);
CREATE INDEX ix_deeds_about ON deeds (about);
CREATE INDEX ix_deeds_person ON deeds (person);
CREATE TABLE drafts (
	id VARCHAR(40) NOT NULL,
	team VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	thread_ts VARCHAR(40) NOT NULL,
	person VARCHAR(40) NOT NULL,
	question TEXT NOT NULL,
	text TEXT NOT NULL,
	sources JSON NOT NULL,
	note TEXT NOT NULL,
	made_at DATETIME NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_drafts_person ON drafts (person);
CREATE TABLE feedback (
	"key" VARCHAR(120) NOT NULL,
	person VARCHAR(40) NOT NULL,
	liked BOOLEAN NOT NULL,
	reason VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	given_at DATETIME NOT NULL,
	PRIMARY KEY ("key", person)
);
CREATE TABLE gaps (
	"key" VARCHAR(120) NOT NULL,
	number INTEGER NOT NULL,
	person VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	nearest JSON NOT NULL,
	asked_at DATETIME NOT NULL,
	PRIMARY KEY ("key", number)
);
CREATE TABLE handovers (
	id VARCHAR(40) NOT NULL,
	"key" VARCHAR(120) NOT NULL,
	team VARCHAR(40) NOT NULL,
	person VARCHAR(40) NOT NULL,
	named BOOLEAN NOT NULL,
	channel VARCHAR(40) NOT NULL,
	thread_ts VARCHAR(40) NOT NULL,
	question TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	mentor VARCHAR(40) NOT NULL,
	answer TEXT NOT NULL,
	card_channel VARCHAR(40) NOT NULL,
	card_ts VARCHAR(40) NOT NULL,
	card_shows VARCHAR(80) NOT NULL,
	direct_channel VARCHAR(40) NOT NULL,
	direct_ts VARCHAR(40) NOT NULL,
	heard_ts VARCHAR(40) NOT NULL,
	asked_at DATETIME NOT NULL,
	claimed_at DATETIME,
	answered_at DATETIME,
	reminded_at DATETIME,
	worked_at DATETIME,
	PRIMARY KEY (id),
	UNIQUE ("key")
);
CREATE INDEX ix_handovers_card_ts ON handovers (card_ts);
CREATE INDEX ix_handovers_person ON handovers (person);
CREATE INDEX ix_handovers_state ON handovers (state);
CREATE TABLE inbox (
	"key" VARCHAR(120) NOT NULL,
	team VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	ts VARCHAR(40) NOT NULL,
	thread_ts VARCHAR(40) NOT NULL,
	person VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	message_id VARCHAR(80),
	edited VARCHAR(40) DEFAULT '' NOT NULL,
	answer_ts TEXT DEFAULT '' NOT NULL,
	unasked BOOLEAN DEFAULT 0 NOT NULL,
	fresh BOOLEAN DEFAULT 0 NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason VARCHAR(200) NOT NULL,
	accepted_at DATETIME NOT NULL,
	finished_at DATETIME,
	PRIMARY KEY ("key"),
	UNIQUE (message_id)
);
CREATE INDEX ix_inbox_state ON inbox (state);
CREATE TABLE shares (
	id VARCHAR(40) NOT NULL,
	team VARCHAR(40) NOT NULL,
	"key" VARCHAR(120) NOT NULL,
	asker VARCHAR(40) NOT NULL,
	sharer VARCHAR(40) NOT NULL,
	source VARCHAR(40) NOT NULL,
	text TEXT NOT NULL,
	sources JSON NOT NULL,
	made TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	target VARCHAR(40) NOT NULL,
	channel VARCHAR(40) NOT NULL,
	ts TEXT NOT NULL,
	opened_at DATETIME NOT NULL,
	shared_at DATETIME,
	PRIMARY KEY (id)
);
CREATE INDEX ix_shares_asker ON shares (asker);
CREATE INDEX ix_shares_key ON shares ("key");
CREATE INDEX ix_shares_sharer ON shares (sharer);
CREATE INDEX ix_shares_state ON shares (state);
CREATE INDEX ix_shares_target ON shares (target);
CREATE TABLE threads (
	"key" VARCHAR(120) NOT NULL,
	paused BOOLEAN NOT NULL,
	talk_of VARCHAR(40) NOT NULL,
	talk_before VARCHAR(40) NOT NULL,
	last_ts VARCHAR(40) NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE weekly_reports (
	week VARCHAR(10) NOT NULL,
	slot DATETIME NOT NULL,
	claimed_at DATETIME NOT NULL,
	done BOOLEAN NOT NULL,
	PRIMARY KEY (week)
);
CREATE TABLE withheld (
	"key" VARCHAR(120) NOT NULL,
	number INTEGER NOT NULL,
	text TEXT NOT NULL,
	why TEXT NOT NULL,
	answered_at DATETIME NOT NULL,
	PRIMARY KEY ("key", number)
);
