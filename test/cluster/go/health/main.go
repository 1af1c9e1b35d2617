// Reads one JSON object a line and answers with one JSON line each: how Argo CD (the Lua script named by the first
// argument, run by the engine Argo CD uses), kstatus and Flux read its health. Flux twice: by its own kstatus, and by the
// health check expressions that are the second argument, as JSON, in the code that its kustomize-controller calls.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	fluxstatus "github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type verdict struct {
	Argo            string `json:"argo"`
	ArgoMessage     string `json:"argoMessage"`
	Kstatus         string `json:"kstatus"`
	KstatusReason   string `json:"kstatusMessage"`
	Flux            string `json:"flux"`
	FluxExpressions string `json:"fluxExpressions"`
}

func main() {
	script, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	expressions := &kustomize.HealthCheckExpressions{}
	if err := json.Unmarshal([]byte(os.Args[2]), expressions); err != nil {
		fail(err)
	}
	evaluator, err := cel.NewStatusEvaluator(expressions)
	if err != nil {
		fail(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer, err := judge(string(script), evaluator, lines.Bytes())
		if err != nil {
			fail(err)
		}
		if err := out.Encode(answer); err != nil {
			fail(err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

func judge(script string, evaluator *cel.StatusEvaluator, line []byte) (verdict, error) {
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(line, &object.Object); err != nil {
		return verdict{}, err
	}
	argo, message, err := runLua(script, object.Object)
	if err != nil {
		return verdict{}, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
	}
	// kstatus reads integers as int64, as the client's own decoder gives them.
	typed := &unstructured.Unstructured{}
	if err := typed.UnmarshalJSON(line); err != nil {
		return verdict{}, err
	}
	computed, err := status.Compute(typed)
	if err != nil {
		return verdict{}, err
	}
	flux, err := fluxstatus.Compute(typed)
	if err != nil {
		return verdict{}, err
	}
	// An expression may ask for what an object does not have.
	expressions := ""
	if told, err := evaluator.Evaluate(context.Background(), typed); err != nil {
		expressions = err.Error()
	} else {
		expressions = told.Status.String()
	}
	return verdict{
		Argo: argo, ArgoMessage: message, Kstatus: computed.Status.String(), KstatusReason: computed.Message,
		Flux: flux.Status.String(), FluxExpressions: expressions,
	}, nil
}

// As Argo CD runs a health script: without os and io, the object as the global "obj", a table as the answer.
func runLua(script string, object map[string]any) (string, string, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(open), NRet: 0, Protect: true}, lua.LString(name)); err != nil {
			return "", "", err
		}
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return "", "", err
	}
	answer, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return "", "", fmt.Errorf("the script returned no table")
	}
	return lua.LVAsString(answer.RawGetString("status")), lua.LVAsString(answer.RawGetString("message")), nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch typed := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, item := range typed {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, item := range typed {
			table.Append(toLua(state, item))
		}
		return table
	case string:
		return lua.LString(typed)
	case float64:
		return lua.LNumber(typed)
	case bool:
		return lua.LBool(typed)
	}
	return lua.LNil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
