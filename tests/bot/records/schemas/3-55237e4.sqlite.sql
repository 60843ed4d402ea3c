CREATE TABLE answers (
	"key" VARCHAR(120) NOT NULL,
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
	edited VARCHAR(40) NOT NULL,
	answer_ts VARCHAR(40) NOT NULL,
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
	last_speaker VARCHAR(40) NOT NULL,
	PRIMARY KEY ("key")
);
