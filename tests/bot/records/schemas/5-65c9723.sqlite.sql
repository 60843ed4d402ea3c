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
	state VARCHAR(20) NOT NULL,
	reason VARCHAR(200) NOT NULL,
	accepted_at DATETIME NOT NULL,
	finished_at DATETIME,
	PRIMARY KEY ("key"),
	UNIQUE (message_id)
);
CREATE INDEX ix_inbox_state ON inbox (state);
CREATE TABLE threads (
	"key" VARCHAR(120) NOT NULL,
	paused BOOLEAN NOT NULL,
	talk_of VARCHAR(40) NOT NULL,
	talk_before VARCHAR(40) NOT NULL,
	last_ts VARCHAR(40) NOT NULL,
	PRIMARY KEY ("key")
);
