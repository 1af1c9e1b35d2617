// Reads scrapes and queries as one JSON object and answers with JSON: what Prometheus' own database and engine make of
// them. Queries are asked at the time of the last scrape, as a dashboard that was just opened asks.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

type scrape struct {
	AtMs   int64             `json:"atMs"`
	Labels map[string]string `json:"labels"`
	Text   string            `json:"text"`
}

type request struct {
	Scrapes []scrape `json:"scrapes"`
	Queries []string `json:"queries"`
}

type sample struct {
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

type answer struct {
	Error   string   `json:"error,omitempty"`
	Samples []sample `json:"samples"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	folder, err := os.MkdirTemp("", "prometheus-")
	if err != nil {
		fail(err)
	}
	defer os.RemoveAll(folder)
	db, err := tsdb.Open(folder, slog.New(slog.NewTextHandler(io.Discard, nil)), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		fail(err)
	}
	defer db.Close()
	last := int64(0)
	for _, one := range asked.Scrapes {
		if err := store(db, one); err != nil {
			fail(err)
		}
		last = max(last, one.AtMs)
	}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 50_000_000, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: parser.NewParser(parser.Options{}),
	})
	answers := make([]answer, 0, len(asked.Queries))
	for _, query := range asked.Queries {
		answers = append(answers, ask(engine, db, query, time.UnixMilli(last)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fail(err)
	}
}

// As a scrape with honor_labels: what the text says of a label counts, what it leaves out is the target's.
func store(db *tsdb.DB, one scrape) error {
	appender := db.Appender(context.Background())
	text, err := textparse.New([]byte(one.Text), "text/plain", labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		return err
	}
	for {
		entry, err := text.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%v: %w", one.Labels, err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, value := text.Series()
		var own labels.Labels
		text.Labels(&own)
		if _, err := appender.Append(0, withTarget(own, one.Labels), one.AtMs, value); err != nil {
			return err
		}
	}
	up := withTarget(labels.FromStrings(labels.MetricName, "up"), one.Labels)
	if _, err := appender.Append(0, up, one.AtMs, 1); err != nil {
		return err
	}
	return appender.Commit()
}

func withTarget(own labels.Labels, target map[string]string) labels.Labels {
	builder := labels.NewBuilder(own)
	for name, value := range target {
		if !own.Has(name) {
			builder.Set(name, value)
		}
	}
	return builder.Labels()
}

func ask(engine *promql.Engine, db *tsdb.DB, text string, at time.Time) answer {
	query, err := engine.NewInstantQuery(context.Background(), db, nil, text, at)
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer query.Close()
	result := query.Exec(context.Background())
	if result.Err != nil {
		return answer{Error: result.Err.Error()}
	}
	vector, err := result.Vector()
	if err != nil {
		return answer{Error: err.Error()}
	}
	samples := []sample{}
	for _, one := range vector {
		if !math.IsNaN(one.F) && !math.IsInf(one.F, 0) {
			samples = append(samples, sample{Labels: one.Metric.Map(), Value: one.F})
		}
	}
	return answer{Samples: samples}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
