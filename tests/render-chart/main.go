// Renders a Helm chart as "helm template" does, for the tests, where no helm is at hand: Go's own text/template with sprig's functions,
// which is what Helm consists of, and the few functions and objects that Helm adds. It knows what our chart uses, and fails on the rest.
// Values are merged and not checked: the schema is a test of its own.
//
//	render-chart [-name NAME] [-namespace NAMESPACE] [-values FILE]... [-api-versions A,B] [-kube-version v1.20.2] CHART
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

type versions []string

// Has says whether the cluster serves a group's version, or a kind of it.
func (v versions) Has(wanted string) bool {
	for _, known := range v {
		if known == wanted {
			return true
		}
	}
	return false
}

type files string

// Get is the text of a file of the chart; empty when there is none, as with Helm.
func (f files) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(string(f), name))
	if err != nil {
		return ""
	}
	return string(text)
}

func main() {
	name := flag.String("name", "canary", "name of the release")
	namespace := flag.String("namespace", "canary-system", "namespace of the release")
	kube := flag.String("kube-version", "v1.20.2", "version of the cluster")
	apis := flag.String("api-versions", "", "what the cluster serves, such as policy/v1, separated by commas")
	var overlays list
	flag.Var(&overlays, "values", "a file of values; may be given several times")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *name, *namespace, *kube, strings.Split(*apis, ","), overlays); err != nil {
		fmt.Fprintln(os.Stderr, "render-chart:", err)
		os.Exit(1)
	}
}

func run(chart, name, namespace, kube string, apis versions, overlays list) error {
	meta, err := read(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		return err
	}
	values := map[string]interface{}{}
	for _, file := range append([]string{filepath.Join(chart, "values.yaml")}, overlays...) {
		overlay, err := read(file)
		if err != nil {
			return err
		}
		merge(values, overlay)
	}
	top := map[string]interface{}{}
	for key, value := range meta {
		top[strings.ToUpper(key[:1])+key[1:]] = value
	}
	scope := map[string]interface{}{
		"Values": values, "Chart": top, "Files": files(chart),
		"Release":      map[string]interface{}{"Name": name, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Capabilities": map[string]interface{}{"APIVersions": apis, "KubeVersion": map[string]interface{}{"Version": kube}},
	}
	return render(chart, top["Name"].(string), scope)
}

func render(chart, title string, scope map[string]interface{}) error {
	paths, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		return err
	}
	sort.Strings(paths)
	root := template.New("chart").Option("missingkey=zero") // as Helm; what is missing is written as nothing, below
	root.Funcs(functions(root))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := root.New(filepath.Base(path)).Parse(string(text)); err != nil {
			return err
		}
	}
	for _, path := range paths {
		base := filepath.Base(path)
		if strings.HasPrefix(base, "_") || !strings.HasSuffix(base, ".yaml") {
			continue
		}
		scope["Template"] = map[string]interface{}{"Name": title + "/templates/" + base, "BasePath": title + "/templates"}
		var out strings.Builder
		if err := root.ExecuteTemplate(&out, base, scope); err != nil {
			return err
		}
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		for _, document := range strings.Split("\n"+text, "\n---") {
			if strings.TrimSpace(document) != "" {
				fmt.Printf("---\n# Source: %s/templates/%s\n%s\n", title, base, strings.Trim(document, "\n"))
			}
		}
	}
	return nil
}

func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env") // a chart does not see the machine
	delete(all, "expandenv")
	all["include"] = func(name string, scope interface{}) (string, error) {
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, scope)
		return out.String(), err
	}
	all["tpl"] = func(text string, scope interface{}) (string, error) {
		clone, err := root.Clone()
		if err != nil {
			return "", err
		}
		inner, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = inner.Execute(&out, scope)
		return strings.ReplaceAll(out.String(), "<no value>", ""), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, errors.New(message)
		}
		return value, nil
	}
	all["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	all["lookup"] = func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} }
	all["toYaml"] = func(value interface{}) (string, error) {
		var out strings.Builder
		encoder := yaml.NewEncoder(&out)
		encoder.SetIndent(2)
		err := encoder.Encode(value)
		return strings.TrimSuffix(out.String(), "\n"), err
	}
	all["fromYaml"] = func(text string) (map[string]interface{}, error) { return parse([]byte(text)) }
	return all
}

func read(path string) (map[string]interface{}, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parsed, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return parsed, nil
}

// parse reads the first document, by way of JSON, so that every number is a float64 as with Helm.
func parse(text []byte) (map[string]interface{}, error) {
	var any interface{}
	if err := yaml.Unmarshal(text, &any); err != nil {
		return nil, err
	}
	middle, err := json.Marshal(any)
	if err != nil {
		return nil, err
	}
	parsed := map[string]interface{}{}
	return parsed, json.Unmarshal(middle, &parsed)
}

// merge lays one tree over another; null takes a key away.
func merge(into, over map[string]interface{}) {
	for key, value := range over {
		below, isMap := value.(map[string]interface{})
		present, wasMap := into[key].(map[string]interface{})
		switch {
		case value == nil:
			delete(into, key)
		case isMap && wasMap:
			merge(present, below)
		default:
			into[key] = value
		}
	}
}
