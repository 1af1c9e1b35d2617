package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The five kinds, with the fields that are read here; kubebuilder would generate the copies.

var groupVersion = schema.GroupVersion{Group: "supercargo.dev", Version: "v1beta1"}

type Ref struct {
	Name string `json:"name"`
}

type Status struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	State              string             `json:"state,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

func (in Status) copied() Status {
	in.Conditions = append([]metav1.Condition(nil), in.Conditions...)
	return in
}

type Connection struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              ConnectionSpec `json:"spec"`
	Status            Status         `json:"status,omitempty"`
}

type ConnectionSpec struct {
	StoreRef      Ref               `json:"storeRef"`
	Driver        string            `json:"driver"`
	CredentialRef Ref               `json:"credentialRef"`
	Settings      map[string]string `json:"settings,omitempty"`
	Warehouse     string            `json:"warehouse,omitempty"`
	Resources     struct {
		Limits map[string]string `json:"limits,omitempty"`
	} `json:"resources,omitempty"`
}

func (in *Connection) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec.Settings = copied(in.Spec.Settings)
	out.Spec.Resources.Limits = copied(in.Spec.Resources.Limits)
	out.Status = in.Status.copied()
	return &out
}

type Feed struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		ConnectionRef Ref    `json:"connectionRef"`
		Type          string `json:"type"`
	} `json:"spec"`
	Status Status `json:"status,omitempty"`
}

func (in *Feed) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status = in.Status.copied()
	return &out
}

type Store struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		Client string `json:"client"`
	} `json:"spec"`
}

func (in *Store) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

type Credential struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		SecretRef Ref `json:"secretRef"`
	} `json:"spec"`
}

func (in *Credential) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

type Driver struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		PlatformKind string `json:"platformKind"`
		Feeds        []struct {
			Type string `json:"type"`
		} `json:"feeds"`
	} `json:"spec"`
}

func (in *Driver) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec.Feeds = append(out.Spec.Feeds[:0:0], in.Spec.Feeds...)
	return &out
}

type list[T any] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []T `json:"items"`
}

type ConnectionList list[Connection]
type FeedList list[Feed]
type StoreList list[Store]
type CredentialList list[Credential]
type DriverList list[Driver]

func (in *ConnectionList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]Connection, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*Connection)
	}
	return &out
}

func (in *FeedList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]Feed, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*Feed)
	}
	return &out
}

func (in *StoreList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]Store, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*Store)
	}
	return &out
}

func (in *CredentialList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]Credential, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*Credential)
	}
	return &out
}

func (in *DriverList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]Driver, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*Driver)
	}
	return &out
}

func copied(in map[string]string) map[string]string {
	if in == nil {
		return nil
	}
	out := make(map[string]string, len(in))
	for key, value := range in {
		out[key] = value
	}
	return out
}

func addToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Connection"), &Connection{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("ConnectionList"), &ConnectionList{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Feed"), &Feed{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("FeedList"), &FeedList{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Store"), &Store{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("StoreList"), &StoreList{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Credential"), &Credential{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("CredentialList"), &CredentialList{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Driver"), &Driver{})
	scheme.AddKnownTypeWithName(groupVersion.WithKind("DriverList"), &DriverList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
	return nil
}
